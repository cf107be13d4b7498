"""AWS CDK applications, read without running them: a small abstract interpreter over TypeScript, JavaScript and Python.

`python_source` and `script_source` turn files into one `syntax`; `interpreter` runs it over literals, and notes which
constructs are made; `template` says them as CloudFormation resources, which the template readers understand.
"""
