"""Many tables in one operation: the same tables, drawn once."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from nagara.campus.design.together import CreateTogether


def two_tables():
    number = ("id", models.BigAutoField(primary_key=True))
    return CreateTogether(
        operations=[
            migrations.CreateModel(
                "Child", [number, ("of", models.ForeignKey("design.Parent", models.CASCADE))]
            ),
            migrations.CreateModel(
                "Parent",
                [number, ("name", models.CharField(max_length=9))],
                options={"constraints": [models.UniqueConstraint(fields=["name"], name="design_name_once")]},
            ),
        ]
    )


@pytest.mark.django_db(transaction=True)
def test_tables_come_and_go_in_whatever_order_they_need_each_other():
    operation, before = two_tables(), ProjectState()
    after = before.clone()
    operation.state_forwards("design", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("design", editor, before, after)
    assert {"design_child", "design_parent"} <= set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        operation.database_backwards("design", editor, after, before)
    assert not {"design_child", "design_parent"} & set(connection.introspection.table_names())


def test_it_is_written_into_a_migration_and_says_what_it_makes():
    operation = two_tables()
    text, imports = OperationWriter(operation).serialize()
    assert "CreateTogether" in text
    assert "import nagara.campus.design.together" in imports
    assert operation.describe() == "Create Child, Parent"
    assert operation.references_model("parent", "design")
