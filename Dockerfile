# The course in a container, with the versions that made the committed outputs:
#
#   docker build -t gan_course .
#   docker run --rm -p 8888:8888 -v "$PWD/runs:/course/runs" gan_course
#
# and open the address that it prints. For a classroom's data: -v /srv/mirror:/data -e GAN_COURSE_DATA=/data
FROM python:3.11-slim

RUN useradd --create-home student
WORKDIR /course
COPY requirements.txt requirements.lock pyproject.toml README.md LICENSE ./
COPY gan_course gan_course
RUN pip install --no-cache-dir -r requirements.txt -c requirements.lock
COPY --chown=student . .
RUN mkdir -p runs && chown student /course runs
USER student

EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "notebooks"]
