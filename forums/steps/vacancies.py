"""Guided steps that record a vacancy of a seat, and its end."""

from editing.steps import step_on
from forums.models import Seat, SeatVacancy
from people.steps.vacancies import EndVacancy, RecordVacancy


@step_on(Seat)
class RecordSeatVacancy(RecordVacancy):
    permissions = ("forums.add_seatvacancy",)


@step_on(SeatVacancy)
class EndSeatVacancy(EndVacancy):
    permissions = ("forums.change_seatvacancy",)
