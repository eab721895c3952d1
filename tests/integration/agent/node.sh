#!/bin/bash
# A node in namespaces of its own, for the test beside this file: node.sh FOLDER AGENT
# containerd and a standalone agent keep everything in FOLDER; the end of this process ends them all.
set -e
folder=$1 agent=$2
mount -t tmpfs tmpfs /run
mkdir -p /run/containerd "$folder"/{store,static,logs,root,cni,image/bin}
ip link set lo up
cat > "$folder/containerd.toml" <<CONFIG
version = 2
root = "$folder/store"
state = "/run/containerd"
[grpc]
address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/slipway/test:1"
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
conf_dir = "$folder/cni"
CONFIG
containerd --config "$folder/containerd.toml" > "$folder/containerd.log" 2>&1 &
for _ in $(seq 200); do ctr version > /dev/null 2>&1 && break; sleep 0.05; done
# One image, for the sandbox as well: busybox, asleep unless told otherwise.
cd "$folder/image"
cp "$(command -v busybox)" bin/busybox
for name in sh sleep echo cat; do ln -s busybox "bin/$name"; done
tar -cf layer.tar bin
sum=$(sha256sum layer.tar | cut -d' ' -f1)
echo "{\"architecture\":\"$(dpkg --print-architecture)\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"/bin/sleep\",\"1000000\"],\"Env\":[\"PATH=/bin\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:$sum\"]}}" > config.json
echo '[{"Config":"config.json","RepoTags":["docker.io/slipway/test:1"],"Layers":["layer.tar"]}]' > manifest.json
tar -cf ../image.tar manifest.json config.json layer.tar
ctr -n k8s.io images import "$folder/image.tar" > "$folder/import.log" 2>&1
exec "$agent" --node-name n1 --node-ip 127.0.0.1 --root-dir "$folder/root" --pod-log-dir "$folder/logs" \
    --cni-conf-dir "$folder/cni" --pod-manifest-path "$folder/static" --no-service-proxy > "$folder/agent.log" 2>&1
