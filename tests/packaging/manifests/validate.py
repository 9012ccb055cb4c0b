"""validate.py VERSION... <MANIFESTS: each against the schemas of each version, strictly.

Prints how many there are. A kind that is not known is an error, too.
"""

import sys

# Only for formats that these schemas do not use, and takes three seconds to load.
sys.modules["rfc3987_syntax"] = None

import kubernetes_validate  # noqa: E402
import yaml  # noqa: E402

manifests = list(yaml.safe_load_all(sys.stdin))
for version in sys.argv[1:]:
    for manifest in manifests:
        try:
            used = kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(step) for step in error.path)
            sys.exit(f"{version}: {manifest['kind']} {path}: {error.message}")
        except kubernetes_validate.SchemaNotFoundError as error:
            sys.exit(error.message)
        if used != version:
            sys.exit(f"there are no schemas of {version}, only of {used}")
print(len(manifests))
