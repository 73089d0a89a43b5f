"""The doctor: is this run healthy, and if not, what is wrong and what should one try?

In: a run. Out: a `Diagnosis`: findings with evidence, the cause first. Changes nothing.
"""

from gan_course.measures.diagnosis.checkup import Diagnosis, examine
from gan_course.measures.diagnosis.finding import HEALTHY, Finding
from gan_course.measures.diagnosis.symptoms import Symptoms
from gan_course.measures.diagnosis.verdicts import findings
from gan_course.measures.diagnosis.watch import Watch

__all__ = ["HEALTHY", "Diagnosis", "Finding", "Symptoms", "Watch", "examine", "findings"]
