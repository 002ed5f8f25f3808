"""A contract for import-linter: what of an app the other apps may import."""

from fnmatch import fnmatchcase
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicModulesContract(Contract):
    """Across apps only the modules named `public` are imported; all else is an app's own.

    The contracts that ship with import-linter list what is forbidden and refuse modules that do not exist yet. This
    one lists what is allowed, so that a new module is closed until it is opened here.

    Options: `apps` whose modules are guarded; `public` patterns of modules, which open all that lies in them (an app's
    `*.models` as well as one of its features); `importers` that may import anything.
    """

    apps = fields.ListField(subfield=fields.StringField())
    public = fields.ListField(subfield=fields.StringField())
    importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Broken when a module imports from another app what is not public there."""
        # The library puts plain lists where the class has fields.
        apps, importers = set(cast(list[str], self.apps)), set(cast(list[str], self.importers))
        patterns = cast(list[str], self.public)
        broken = []
        for imported in sorted(graph.modules):
            app, *rooms = imported.split(".")
            within = [".".join([app, *rooms[:depth]]) for depth in range(1, len(rooms) + 1)] or [app]
            if app not in apps or any(fnmatchcase(room, pattern) for room in within for pattern in patterns):
                continue
            for importer in sorted(graph.find_modules_that_directly_import(imported)):
                if importer.partition(".")[0] not in importers | {app}:
                    broken += [
                        f"{importer}:{detail['line_number']} imports {imported}"
                        for detail in graph.get_import_details(importer=importer, imported=imported)
                    ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that crosses."""
        for line in check.metadata["broken"]:
            output.print_error(line, bold=False)
