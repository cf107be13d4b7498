"""What is wrong with a value is said by its place, and without the value."""

from pydantic import BaseModel, ValidationError

from migrator.validation import first_problem


class Inner(BaseModel):
    port: int


class Outer(BaseModel):
    inner: tuple[Inner, ...]


def _problem(text: str, whole: str = "") -> str:
    try:
        Outer.model_validate_json(text)
    except ValidationError as error:
        return first_problem(error, whole)
    raise AssertionError(text)


def test_the_place_comes_first_and_the_value_is_not_told():
    said = _problem('{"inner": [{"port": 1}, {"port": "hunter2"}]}')
    assert said.startswith("inner.1.port: ")
    assert "hunter2" not in said


def test_what_is_wrong_as_a_whole_has_no_place():
    assert _problem("[]").startswith("Input should be an object")
    assert _problem("[]", "the file").startswith("the file: Input should be an object")
