#!/bin/bash
# Tries Suites/slurm.sbatch on a real Slurm, on this machine alone, and takes everything down again.
#
#   Suites/slurm/try.sh PROGRAM FOLDER
#
# As root on Debian or Ubuntu: installs slurmctld, slurmd and munge if they are not there, starts them with a configuration of their
# own in FOLDER, and measures a few questions of the demo suite in four shards. In the middle one task is killed with SIGKILL, and
# another one is told that its time is over. The joined run is compared with the same run without shards: tokens, cycles and
# acceptance must be equal. Exit code 0 if they are.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: $0 PROGRAM FOLDER" >&2; exit 64; }
program=$(realpath "$1")
mkdir -p "$2"
folder=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
shards=4
options=(--suite "$here/demo" --limit 8 --max-new-tokens 16 --repeats 2 --threads 1
    --decoders kangaroo:steps=4,prompt-lookup,token-recycling)
started=()

tell() { echo "== $*"; }

install_slurm() {
    local tool missing=0
    # One by one: with several names, one that is found is enough for `command -v`.
    for tool in slurmctld slurmd munged sqlite3; do command -v "$tool" > /dev/null || missing=1; done
    [ "$missing" = 1 ] || return 0
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge sqlite3
}

# All that this script has started, and nothing else.
stop_slurm() {
    for process in "${started[@]}"; do kill "$process" 2> /dev/null || true; done
    for process in "${started[@]}"; do wait "$process" 2> /dev/null || true; done
}

start_slurm() {
    mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
    chmod 700 "$folder/munge"
    [ -s "$folder/munge/key" ] || head -c 1024 /dev/urandom > "$folder/munge/key"
    chmod 600 "$folder/munge/key"
    cat > "$folder/slurm.conf" <<CONF
ClusterName=trial
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=5
MpiDefault=none
ReturnToService=2
KillWait=5
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=trial Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:$shards
CONF
    export SLURM_CONF=$folder/slurm.conf
    munged --foreground --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
        --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" > "$folder/munged.log" 2>&1 &
    started+=($!)
    until_true 30 test -S "$folder/munge/socket"
    slurmctld -D > "$folder/slurmctld.log" 2>&1 &
    started+=($!)
    slurmd -D > "$folder/slurmd.log" 2>&1 &
    started+=($!)
    until_true 60 node_is_idle
}

node_is_idle() { sinfo --noheader --format=%T 2> /dev/null | grep -q idle; }

# Asks again and again until a command succeeds, for at most so many seconds.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || { echo "$0: this did not come about in time: $*; see the logs in $folder" >&2; exit 1; }
        sleep 0.2
    done
}

# Whether a task has at least so many generations.
has_measured() { [ "$(generations "$folder/shards/shard-$1.sqlite")" -ge "$2" ]; }

generations() { sqlite3 "$1" 'SELECT count(*) FROM generation' 2> /dev/null || echo 0; }

has_ended() { [ -z "$(squeue --noheader)" ]; }

# What must not depend on machines and shards: every token, cycle and acceptance, by question, turn, repeat and decoder.
results() {
    sqlite3 "$1" "
        SELECT question_id, turn, repeat, decoder.name, prompt.ordinal, ids_hash, output_ids, stop_reason, lossless,
            group_concat(drafted || '/' || nodes || '/' || accepted || '/' || accept_length || '/' || emitted, ' ')
        FROM generation JOIN prompt ON prompt.id = prompt_id JOIN decoder ON decoder.id = decoder_id
            JOIN (SELECT * FROM cycle ORDER BY generation_id, ordinal) AS cycle ON cycle.generation_id = generation.id
        GROUP BY generation.id ORDER BY question_id, turn, repeat, decoder.name;
        SELECT decoder, category, mean_accepted_tokens FROM mean_accepted_tokens ORDER BY decoder, category;
        SELECT decoder, category, acceptance_rate FROM acceptance_rate ORDER BY decoder, category;"
}

install_slurm
trap stop_slurm EXIT
start_slurm
tell "Slurm $(sinfo --version | cut -d ' ' -f 2) is up: $(sinfo --noheader)"

export SPECBENCH=$program
bash "$here/slurm.sbatch" "$folder/shards" $shards "${options[@]}"
until_true 900 has_measured 3 4
array=$(squeue --noheader --format=%F | sort -n | head -n 1)
scancel --batch --signal=USR1 "${array}_3"
tell "Task 3 is told that its time is over"
until_true 900 has_measured 2 7
victim=$(pgrep -f -- "--database $folder/shards/shard-2.sqlite" | head -n 1)
kill -KILL "$victim"
tell "Task 2 is killed with $(generations "$folder/shards/shard-2.sqlite") generations in its database"
until_true 1800 has_ended
for task in 2 3; do
    tell "The log of task $task:"
    cat "$folder/shards/shard-$task.log"
done
tell "The log of the job that joins:"
cat "$folder/shards/merge.log"

tell "The same run without shards"
"$program" run "${options[@]}" --database "$folder/whole.sqlite" --report "$folder/whole.md"
results "$folder/whole.sqlite" > "$folder/whole.txt"
results "$folder/shards/run.sqlite" > "$folder/joined.txt"
cmp "$folder/whole.txt" "$folder/joined.txt"
tell "$(wc -l < "$folder/whole.txt") lines of tokens, cycles and acceptances are equal, with and without shards"

before=$(sqlite3 "$folder/shards/run.sqlite" .dump | sha256sum)
"$program" merge "$folder/shards/run.sqlite" "$folder"/shards/shard-*.sqlite
[ "$before" = "$(sqlite3 "$folder/shards/run.sqlite" .dump | sha256sum)" ]
tell "Joining the same shards again changes nothing"
