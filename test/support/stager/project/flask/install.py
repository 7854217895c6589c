"""Installs what the requirements name from the folder beside them, as pip would from an index."""
import shutil
import sys

for line in open(sys.argv[1]).read().split():
    name, version = line.split('==')
    shutil.copytree(f'packages/{name}-{version}', '/usr/lib/python3/dist-packages', dirs_exist_ok=True)
