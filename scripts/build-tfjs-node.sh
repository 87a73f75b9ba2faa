#!/bin/sh
# Makes `@tensorflow/tfjs-node` loadable where its own install cannot download libtensorflow: compiles its addon
# against the libtensorflow that the Python packages `tensorflow` and `tensorflow-cpu` carry.
#
#   scripts/build-tfjs-node.sh                   the TensorFlow that python3 finds
#   scripts/build-tfjs-node.sh --tensorflow DIR  a package directory, ".../site-packages/tensorflow"
#   scripts/build-tfjs-node.sh --wheel FILE      a wheel: .../tensorflow_cpu-2.21.0-....whl
#   scripts/build-tfjs-node.sh --pip             a wheel that pip downloads
#
# Needs Node 20 or 22 with its headers, a C++17 compiler and python3; 900 MB of disk for a wheel. Does nothing
# when the package already loads. Tried: tfjs-node 4.22.0 with TensorFlow 2.21.0.
set -eu

version=4.22.0
root=$(cd "$(dirname "$0")/.." && pwd)
package=$root/node_modules/@tensorflow/tfjs-node

say() { printf 'build-tfjs-node: %s\n' "$*"; }
fail() { printf 'build-tfjs-node: %s\n' "$*" >&2; exit 1; }

loads() {
  (cd "$root" && TF_CPP_MIN_LOG_LEVEL=2 node -e '
    const tf = require("@tensorflow/tfjs-node");
    const [x] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
    if (x !== 11) throw new Error(`[1 2] · [3 4] = ${x}`);
    console.log(`TensorFlow ${tf.version["tfjs-node"]} for Node, libtensorflow ${tf.backend().binding.TF_Version}`);
  ')
}

source=installed
given=
while [ $# -gt 0 ]; do
  case $1 in
    --tensorflow) source=directory; given=${2-}; shift ;;
    --wheel) source=wheel; given=${2-}; shift ;;
    --pip) source=pip ;;
    *) fail "unknown argument $1; the head of $0 shows the usage" ;;
  esac
  shift
done
case $source in
  directory) [ -d "$given" ] || fail "--tensorflow $given: no such directory" ;;
  wheel) [ -f "$given" ] || fail "--wheel $given: no such file" ;;
esac

if found=$(loads 2>/dev/null); then
  say "nothing to do: $found loads"
  exit 0
fi

command -v python3 >/dev/null || fail "python3 is not installed"
compiler=${CXX:-c++}
command -v "$compiler" >/dev/null || fail "no C++ compiler ($compiler); set CXX"
headers=
for candidate in \
  "$(node -p 'path.resolve(process.execPath, "../../include/node")')" \
  "$(node -p 'process.config.variables.node_prefix || "/usr"')/include/node"; do
  [ -f "$candidate/node_api.h" ] && headers=$candidate && break
done
[ -n "$headers" ] || fail "the headers of Node $(node -v) (include/node/node_api.h) are not installed"

if [ ! -f "$package/binding.gyp" ]; then
  say "installing @tensorflow/tfjs-node@$version without its download"
  # As a dependency: an optional peer, which it is of this package, npm leaves out also where it is named.
  (cd "$root" && npm install --no-save --save-prod --ignore-scripts --no-audit --no-fund "@tensorflow/tfjs-node@$version")
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ "$source" = pip ]; then
  say "downloading tensorflow-cpu with pip"
  python3 -m pip download --quiet --no-deps --dest "$scratch" tensorflow-cpu ||
    fail "pip has no tensorflow-cpu for this Python ($(python3 -V))"
  given=$(ls "$scratch"/tensorflow*.whl)
  source=wheel
fi
if [ "$source" = installed ]; then
  given=$(python3 -c '
import importlib.util
spec = importlib.util.find_spec("tensorflow")
print(spec.submodule_search_locations[0] if spec else "")')
  [ -n "$given" ] || fail "python3 finds no tensorflow; use --tensorflow, --wheel or --pip"
fi

rm -rf "$package/deps" "$package/lib/napi-v8"
mkdir -p "$package/deps/lib" "$package/lib/napi-v8"
if [ "$source" = wheel ]; then
  say "unpacking libtensorflow from $(basename "$given")"
  python3 - "$given" "$package/deps" <<'PYTHON'
import pathlib, sys, zipfile
wheel, deps = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(("tensorflow/libtensorflow", "tensorflow/include/")):
            archive.extract(name, deps)
PYTHON
  tensorflow=$package/deps/tensorflow
else
  tensorflow=$(cd "$given" && pwd)
fi
[ -f "$tensorflow/include/tensorflow/c/c_api.h" ] || fail "$tensorflow has no C headers"
ln -s "$tensorflow/include" "$package/deps/include"
for library in tensorflow_cc tensorflow_framework; do
  file=$(ls "$tensorflow/lib$library.so."* 2>/dev/null | head -n 1)
  [ -n "$file" ] || fail "$tensorflow has no lib$library.so; TensorFlow 2.14 or later is needed"
  ln -s "$file" "$package/deps/lib/$(basename "$file")"
  ln -s "$file" "$package/deps/lib/lib$library.so"
done
ln -s libtensorflow_cc.so "$package/deps/lib/libtensorflow.so"

say "compiling the addon"
(cd "$package" && "$compiler" -O2 -shared -fPIC -std=c++17 -DNAPI_VERSION=8 \
  -I. -Ideps/include "-I$headers" binding/*.cc \
  -Ldeps/lib -ltensorflow -ltensorflow_framework "-Wl,-rpath,\$ORIGIN/../../deps/lib" \
  -o lib/napi-v8/tfjs_binding.node) || fail "the addon does not compile"

found=$(loads 2>"$scratch/log") || { cat "$scratch/log" >&2; fail "the package still does not load"; }
say "$found"
