"""Every builder has a form, and any text leads to a result or to a problem."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guide.builders import FORMS
from app.guide.vocabulary import Builder
from tests.guide.builders.made import ANY, STEADY, make


@pytest.mark.parametrize("builder", list(Builder))
def test_every_builder_has_a_form(builder: Builder) -> None:
    form = FORMS[builder]
    assert form.title
    assert form.result_label
    ids = [each.id for each in form.inputs]
    assert len(ids) == len(set(ids))
    assert all(each.label and each.hint and each.lines >= 1 for each in form.inputs)


@pytest.mark.parametrize("builder", list(Builder))
def test_empty_inputs_raise_nothing(builder: Builder) -> None:
    built = make(builder)
    assert (built.text is None) != (built.problem is None)


@STEADY
@given(builder=st.sampled_from(list(Builder)), data=st.data())
def test_any_text_gives_a_result_or_a_problem(builder: Builder, data: st.DataObject) -> None:
    inputs = {
        each.id: data.draw(st.sampled_from(each.choices) | ANY if each.choices else ANY)
        for each in FORMS[builder].inputs
    }
    built = make(builder, **inputs)
    assert (built.text is None) != (built.problem is None)
    for sentence in (*built.notes, *([built.problem] if built.problem else [])):
        assert sentence.strip()
        assert sentence[-1] in ".?"
    if built.text is not None:
        assert not set(built.text) & {"\0", "\n", "\r"}
        built.text.encode()
