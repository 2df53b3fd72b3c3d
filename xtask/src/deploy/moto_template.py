"""The template as moto can take it, on stdout; what moto knows nothing of is left out, and named on stderr.

Transforms the template as AWS does when it is deployed, with AWS's own library for that, since moto does not. What is left
out is replaced, wherever it is referred to, by text that says so.
"""

import importlib
import json
import re
import sys

from moto.cloudformation.parsing import get_model_map
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# Whose models moto must have seen before it knows what it can make.
for part in "awslambda cloudwatch dynamodb iam kms logs route53 s3 sns sqs".split():
    importlib.import_module(f"moto.{part}.models")


def without(tree, missing):
    """`tree`, which refers to nothing that is missing."""
    if isinstance(tree, list):
        return [without(item, missing) for item in tree]
    if isinstance(tree, str) and "${" in tree:
        named = lambda match: stand_in(match[1]) if match[1] in missing else match[0]
        text = re.sub(r"\$\{(\w+)(\.\w+)?\}", named, tree)
        return "x" * 48 if text.startswith("{{resolve:") else text
    if isinstance(tree, dict):
        name = tree.get("Ref") or tree.get("Fn::GetAtt", [""])[0]
        if len(tree) == 1 and name in missing:
            return stand_in(name)
        return {key: without(value, missing) for key, value in tree.items()}
    return tree


def stand_in(name):
    return f"moto-has-no-{name}"


with open(sys.argv[1], encoding="utf-8") as file:
    template = transform(yaml_parse(file.read()), {}, None)
resources = template["Resources"]
missing = {name: it["Type"] for name, it in resources.items() if it["Type"] not in get_model_map()}
template["Resources"] = {name: it for name, it in resources.items() if name not in missing}
for resource in template["Resources"].values():
    resource.pop("DependsOn", None)
    # moto knows only one word for it.
    if "Retain" in resource.get("DeletionPolicy", ""):
        resource["DeletionPolicy"] = "Retain"
print("\n".join(sorted(set(missing.values()))), file=sys.stderr)
json.dump(without(template, missing), sys.stdout)
