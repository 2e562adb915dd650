#!/usr/bin/env bash
# Runs a command beside a Slurm of its own: munged, slurmctld and one slurmd on the loopback interface, in a
# temporary folder, which is removed at the end.  The command finds the scheduler by SLURM_CONF.
#
#     Scripts/slurm/loopback.sh sh -c 'sbatch --wait --wrap hostname'
#
# Needs Debian's packages munge, slurmctld, slurmd and slurm-client.  CPUS is how many processors the node
# claims to have (4), MEMORY its memory in MiB (4000).
set -euo pipefail
export PATH="$PATH:/usr/bin:/bin:/usr/sbin:/sbin"
for program in munged mungekey slurmctld slurmd scontrol; do
    command -v "$program" >/dev/null || { echo "there is no $program" >&2; exit 77; }
done
[ $# -gt 0 ] || { echo "usage: $0 COMMAND..." >&2; exit 2; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/slurm-XXXXXX")
daemons=() started=
stop() {
    # The processes of jobs would wait for a controller that is gone, and the node's daemon for them.
    local daemon tries
    if [ -n "$started" ]; then
        timeout 10 scancel --user="$user" 2>/dev/null || :
        for ((tries = 0; tries < 50; tries++)); do
            [ -n "$(timeout 10 squeue --noheader 2>/dev/null)" ] || break
            sleep 0.2
        done
    fi
    for daemon in "${daemons[@]}"; do
        kill -TERM "$daemon" 2>/dev/null || continue
        for ((tries = 0; tries < 20; tries++)); do kill -0 "$daemon" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$daemon" 2>/dev/null || :
        wait "$daemon" 2>/dev/null || :
    done
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 143' TERM INT HUP

# Two ports at which nobody answers.
ports=()
while [ ${#ports[@]} -lt 2 ]; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || ports+=("$port")
done
mkdir -m 700 "$folder/key" "$folder/state" "$folder/spool"
mkdir -m 755 "$folder/socket"
chmod 755 "$folder"
mungekey --create --bits 1024 --keyfile "$folder/key/key"

# One machine and one user: nothing is accounted, confined or prolonged.
user=$(id -un)
export SLURM_CONF="$folder/slurm.conf"
cat >"$SLURM_CONF" <<CONF
ClusterName=loopback
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/socket/munge
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,requeue_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
ReturnToService=2
MinJobAge=3600
KillWait=30
DefMemPerCPU=100
NodeName=localhost NodeAddr=127.0.0.1 NodeHostname=$(hostname -s) CPUs=${CPUS:-4} RealMemory=${MEMORY:-4000}
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
CONF
# slurmd opens a plugin for control groups even if it uses none; version 1's asks nothing of the system.
printf 'CgroupPlugin=%s\n' "${CGROUP:-cgroup/v1}" >"$folder/cgroup.conf"

munged --foreground --force --key-file "$folder/key/key" --socket "$folder/socket/munge" \
    --pid-file "$folder/munged.pid" --seed-file "$folder/key/seed" --log-file "$folder/munged.log" \
    --num-threads 2 >"$folder/munged.out" 2>&1 </dev/null &
munged=$!
slurmctld -D -f "$SLURM_CONF" >"$folder/slurmctld.out" 2>&1 </dev/null &
controller=$!
slurmd -D -f "$SLURM_CONF" -N localhost >"$folder/slurmd.out" 2>&1 </dev/null &
daemons=("$!" "$controller" "$munged")

tries=0
until [ "$(sinfo -h -o %t 2>/dev/null)" = idle ]; do
    tries=$((tries + 1))
    ended=
    for daemon in "${daemons[@]}"; do kill -0 "$daemon" 2>/dev/null || ended=yes; done
    if [ "$tries" -gt 300 ] || [ -n "$ended" ]; then
        echo "the scheduler did not start:" >&2
        tail -n 5 "$folder"/*.log "$folder"/*.out >&2
        exit 1
    fi
    sleep 0.2
done
started=yes
"$@"
