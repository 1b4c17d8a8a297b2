"""Labs in a batch and on one's own: what is set, each person's work, tries, regrades, where a lab fits."""

from nagara.campus.labwork.models.fits import LabFit
from nagara.campus.labwork.models.setting import BatchLabs, LabAssignment, LabRegrade
from nagara.campus.labwork.models.works import LabWork, TaskState, TaskTry

__all__ = ["BatchLabs", "LabAssignment", "LabFit", "LabRegrade", "LabWork", "TaskState", "TaskTry"]
