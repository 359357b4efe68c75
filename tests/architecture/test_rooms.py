"""House rules that a linter cannot say.

It reads shapes, not meaning: whether a service asks for the right act, the access matrix sees.
"""

import ast
import re

from tests.architecture import exceptions, source

ON_ANYTHING = {"save", "asave", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ON_MANAGERS = {"create", "update", "delete"}
SQL_WRITES = re.compile(r"\b(INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b")
ATTICS = {"utils", "util", "helpers", "helper", "common", "misc"}


def writes(path):
    """Nodes of a file that write to the database."""
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on_manager = node.func.attr in ON_MANAGERS and "objects" in ast.dump(node.func.value)
            if node.func.attr in ON_ANYTHING or on_manager:
                yield node


def sql_writes(path):
    """String constants of a file that hold SQL which writes."""
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_WRITES.search(node.value):
            yield node


def test_only_services_write():
    bad = {
        source.where(path, node)
        for path in source.files(*source.domain_rooms(), *source.DOORS)
        if source.kind(path) not in {"services", "sql"}
        for node in [*writes(path), *sql_writes(path)]
    }
    allowed = {place for place in bad if place.rsplit(":", 1)[0] in exceptions.WRITERS}
    assert sorted(bad - allowed) == []
    assert set(exceptions.WRITERS) == {place.rsplit(":", 1)[0] for place in allowed}


def test_a_query_imports_no_service():
    bad = [
        source.where(path, node)
        for path in source.files(*source.domain_rooms())
        if source.kind(path) in {"queries", "models", "search"}
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ImportFrom) and ".services" in (node.module or "")
    ]
    assert bad == []


def test_doors_never_query():
    bad = [
        source.where(path, node)
        for path in source.files(*source.DOORS)
        for node in ast.walk(source.tree(path))
        if reaches_rows(node)
    ]
    assert bad == []


def reaches_rows(node):
    """Whether this is a manager of a model, or an import of models or of the database; its errors may be named."""
    if isinstance(node, ast.Attribute):
        of_a_class = ast.unparse(node.value).rsplit(".", 1)[-1][:1].isupper()
        return node.attr in {"_default_manager", "_base_manager"} or (node.attr == "objects" and of_a_class)
    if not isinstance(node, ast.ImportFrom) or not node.module:
        return False
    if re.fullmatch(r"django\.db(\..*)?", node.module):
        return not all(alias.name.endswith("Error") for alias in node.names)
    return bool(re.fullmatch(r"apps\.\w+\.models(\..*)?", node.module))


def test_every_public_query_and_service_takes_an_actor_first():
    bad = {
        source.dotted(path, function)
        for path in source.files(*source.domain_rooms())
        if source.kind(path) in {"queries", "services"}
        for function in source.public_functions(path)
        if not function.args.args or function.args.args[0].arg != "actor"
    }
    assert sorted(bad - set(exceptions.ACTORLESS)) == []
    assert set(exceptions.ACTORLESS) <= bad


def test_services_begin_by_asking():
    bad = {
        source.dotted(path, function)
        for path in source.files(*source.domain_rooms())
        if source.kind(path) == "services"
        for function in source.public_functions(path)
        if not asks(function)
    }
    assert sorted(bad - set(exceptions.UNASKED)) == []
    assert set(exceptions.UNASKED) <= bad


def asks(function):
    """Whether the first statement that calls something calls `access_…` or `require_…`, or the function is one itself."""
    if function.name.startswith(("access_", "require_")):
        return True
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    calls = [[node for node in ast.walk(statement) if isinstance(node, ast.Call)] for statement in statements]
    first = next(filter(None, calls), [])
    return any(source.called_name(call).startswith(("access_", "require_")) for call in first)


def test_no_room_is_an_attic():
    bad = [source.where(path) for path in source.tracked() if path.suffix in {".py", ".js"} and path.stem.lower() in ATTICS]
    bad += [source.where(path) for path in source.tracked() if ATTICS & set(path.relative_to(source.ROOT).parts[:-1])]
    assert bad == []


def test_no_import_of_ours_hides_inside_a_function():
    bad = [
        source.where(path, inner)
        for path in source.files(*source.rooms())
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if imports_ours(inner)
    ]
    assert bad == []


def imports_ours(node):
    """Whether this is an import of one of our modules, also by name or through Django's registry."""
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").startswith(("apps.", "mlplatform"))
    if isinstance(node, ast.Import):
        return any(alias.name.startswith(("apps.", "mlplatform")) for alias in node.names)
    return source.called_name(node) in {"import_module", "import_string", "get_model", "get_user_model"}


def test_a_task_is_a_door_of_at_most_eight_lines():
    bad = [
        source.dotted(path, function)
        for path in source.files(*source.rooms())
        if source.kind(path) == "tasks"
        for function in source.public_functions(path)
        if len(function.body[1 if ast.get_docstring(function) else 0 :]) > 8
    ]
    assert bad == []


def test_every_public_function_says_what_it_does():
    bad = [
        source.dotted(path, function)
        for path in source.files(*source.rooms())
        if source.kind(path) in {"queries", "services"} or "core" in path.parts
        for function in source.public_functions(path)
        if not ast.get_docstring(function)
    ]
    assert bad == []


def test_files_stay_readable():
    bad = []
    for path in (path for path in source.tracked() if path.suffix == ".py"):
        lines = path.read_text().count("\n")
        if lines > (600 if "tests" in path.parts else 450):
            bad.append(f"{source.where(path)} {lines}")
    assert bad == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|coming soon|not implemented yet", re.IGNORECASE)
    here = {source.ROOT / "tests/architecture/test_rooms.py"}
    suffixes = {".py", ".js", ".html", ".css", ".md", ".toml", ".yml", ".yaml"}
    bad = [
        f"{source.where(path)}:{number}"
        for path in source.tracked()
        if path.suffix in suffixes and path not in here
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]
    assert bad == []
