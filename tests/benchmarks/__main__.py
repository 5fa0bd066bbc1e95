"""`make bench`: every `bench_*.py` of this folder in turn, each printing its own table."""

import subprocess
import sys
from pathlib import Path

for script in sorted(Path(__file__).parent.glob("bench_*.py")):
    print(f"== {script.stem}", flush=True)
    subprocess.run([sys.executable, script], cwd=Path(__file__).parents[2], check=True)
