# make demo        trains a GAN on embedded data and says where the pictures are
# make test        everything that CI runs
# make lab         opens JupyterLab
# make student     makes notebooks/student: the same chapters, with blanks for the answers
# make url URL=…   says where your copy of the course lives, in all notebooks (no URL: shows it)
# make lock        writes the versions of .venv into requirements.lock
# make notebooks   runs the notebooks again (profile: quick) and saves their outputs
# make site        builds the web site into build/site (needs npm, for MathJax)
# make benchmark   measures the speed of this machine

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NPM := build/npm/.ready
SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))

.PHONY: demo test lab notebooks student url lock site benchmark clean

demo: $(READY)
	$(BIN)/python -m gan_course train demo --out runs/demo

test: $(READY)
	-@test -z "$$(command -v npm)" || $(MAKE) --no-print-directory $(NPM)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=25

lab: $(READY)
	$(BIN)/jupyter lab notebooks

notebooks: $(READY)
	$(BIN)/python notebooks/execute.py

student: $(READY)
	$(BIN)/python notebooks/student.py

url:
	@$(PYTHON) notebooks/course_url.py "$(URL)"

lock: $(READY)
	{ head -n 2 requirements.lock; $(BIN)/pip freeze --all --exclude gan_course --exclude pip; } > requirements.new
	mv requirements.new requirements.lock

site: $(READY) $(NPM)
	$(BIN)/python docs/site/make_site.py

benchmark: $(READY)
	$(BIN)/python -m benchmarks.steps
	$(BIN)/python -m benchmarks.translations
	$(BIN)/python -m benchmarks.hooks
	$(BIN)/python -m benchmarks.options
	$(BIN)/python -m benchmarks.settings
	$(BIN)/python -m benchmarks.settings layers
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.evaluate
	$(BIN)/python -m benchmarks.precision
	$(BIN)/python -m benchmarks.quality --minutes 0
	$(BIN)/python -m benchmarks.quality --dataset fashion_mnist --once
	$(BIN)/python -m benchmarks.quality --minutes 0 --steps 6000 12000 -- dcgan_mnist_quick
	$(BIN)/python -m benchmarks.quality --dataset fashion_mnist --minutes 0 --steps 6000 12000 -- \
	  dcgan_fashion_quick
	$(BIN)/python -m benchmarks.colour
	$(BIN)/python -m benchmarks.ablation
	$(BIN)/python -m benchmarks.translated
	$(BIN)/python -m benchmarks.draw

# A venv that another Python has left half made is made anew.
$(READY): pyproject.toml requirements.txt
	@$(PYTHON) -c '$(SUPPORTED)' 2>/dev/null || { \
	  echo "gan_course needs Python 3.10 to 3.13, but $(PYTHON) is" \
	    "$$($(PYTHON) --version 2>&1 | head -n 1); say: make $(or $(MAKECMDGOALS),demo) PYTHON=python3.12" >&2; \
	  exit 2; }
	@$(BIN)/python -c '$(SUPPORTED)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $(READY)

# Formulas in the site, and the test of how accessible it is.
$(NPM):
	npm install --prefix build/npm --no-save --no-audit --no-fund --silent --fetch-retries 1 --fetch-timeout 60000 mathjax@3 axe-core@4
	touch $(NPM)

clean:
	rm -rf $(VENV) runs build
