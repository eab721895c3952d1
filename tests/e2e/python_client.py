"""What programs do with the Python client: list, watch, create, patch, exec, port-forward, logs, proxy. Takes the image
to run; the cluster is the current context's. Says what it did; fails with an exception."""
import socket
import sys
import time

from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.stream import portforward, stream

NAMESPACE = "python-client"
# A server that says who asked and for what, and one that gives back what it gets.
SCRIPT = ("echo started; mkdir -p /www && echo hello from the pod > /www/index.html; "
          "httpd -f -p 8080 -h /www & nc -ll -p 9000 -e cat & wait")


def wait_for(what, check, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        result = check()
        if result:
            return result
        time.sleep(0.2)
    raise AssertionError("waited in vain for " + what)


def expect_status(code, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except ApiException as error:
        assert error.status == code, (code, error)
        return error
    raise AssertionError("no error")


def main(image):
    config.load_kube_config()
    core, apps, version = client.CoreV1Api(), client.AppsV1Api(), client.VersionApi()
    assert version.get_code().major == "1"
    core.create_namespace({"metadata": {"name": NAMESPACE}})
    wait_for("the default service account",
             lambda: [a for a in core.list_namespaced_service_account(NAMESPACE).items if a.metadata.name == "default"])

    seen = []
    watcher = watch.Watch()
    core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "first"}, "data": {"a": "1"}})
    for event in watcher.stream(core.list_namespaced_config_map, NAMESPACE, timeout_seconds=30):
        seen.append((event["type"], event["object"].metadata.name))
        if event["object"].metadata.name == "first" and event["type"] == "ADDED":
            core.patch_namespaced_config_map("first", NAMESPACE, {"data": {"a": "2", "b": "3"}})
        if event["type"] == "MODIFIED":
            assert event["object"].data == {"a": "2", "b": "3"}
            core.delete_namespaced_config_map("first", NAMESPACE)
        if event["type"] == "DELETED" and event["object"].metadata.name == "first":
            watcher.stop()
    assert ("DELETED", "first") in seen, seen
    expect_status(404, core.read_namespaced_config_map, "first", NAMESPACE)
    print("watched", seen)

    labels = {"app": "web"}
    container = {"name": "main", "image": image, "imagePullPolicy": "Never", "command": ["sh", "-c", SCRIPT],
                 "ports": [{"containerPort": 8080, "name": "http"}]}
    apps.create_namespaced_deployment(NAMESPACE, {
        "metadata": {"name": "web"},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels},
                              "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]}}}})
    core.create_namespaced_service(NAMESPACE, {
        "metadata": {"name": "web"}, "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]}})
    wait_for("the deployment", lambda: apps.read_namespaced_deployment("web", NAMESPACE).status.ready_replicas == 1)
    pod = core.list_namespaced_pod(NAMESPACE, label_selector="app=web").items[0].metadata.name
    print("running", pod)

    assert core.read_namespaced_pod_log(pod, NAMESPACE) == "started\n"
    assert core.read_namespaced_pod_log(pod, NAMESPACE, limit_bytes=3) == "sta"
    expect_status(400, core.read_namespaced_pod_log, pod, NAMESPACE, container="none")
    expect_status(422, core.read_namespaced_pod_log, pod, NAMESPACE, tail_lines=-1)
    expect_status(400, core.read_namespaced_pod_log, pod, NAMESPACE, previous=True)

    said = stream(core.connect_get_namespaced_pod_exec, pod, NAMESPACE, command=["echo", "hi"], stdout=True, stderr=True)
    assert said == "hi\n", said
    shell = stream(core.connect_get_namespaced_pod_exec, pod, NAMESPACE, command=["sh"], stdin=True, stdout=True,
                   stderr=True, tty=False, _preload_content=False)
    shell.write_stdin("echo out; echo err >&2; exit 7\n")
    shell.run_forever(timeout=30)
    assert shell.read_stdout() == "out\n" and shell.read_stderr() == "err\n"
    assert shell.returncode == 7, shell.returncode
    print("executed")

    forward = portforward(core.connect_get_namespaced_pod_portforward, pod, NAMESPACE, ports="9000,8080")
    echo, web = forward.socket(9000), forward.socket(8080)
    for connection in (echo, web):
        connection.settimeout(30)
    echo.sendall(b"through the port")
    assert echo.recv(100) == b"through the port"
    web.sendall(b"GET / HTTP/1.0\r\n\r\n")
    answer = b""
    try:
        while piece := web.recv(1000):
            answer += piece
    except socket.timeout:
        pass
    assert b"hello from the pod" in answer, answer
    print("forwarded")

    for proxied in (core.connect_get_namespaced_pod_proxy_with_path(pod, NAMESPACE, "index.html"),
                    core.connect_get_namespaced_pod_proxy_with_path(pod + ":8080", NAMESPACE, "index.html"),
                    wait_for("the endpoint", lambda: proxied_service(core))):
        assert "hello from the pod" in proxied, proxied
    expect_status(404, core.connect_get_namespaced_pod_proxy_with_path, pod, NAMESPACE, "none.html")
    expect_status(503, core.connect_get_namespaced_pod_proxy_with_path, pod + ":81", NAMESPACE, "x")
    error = expect_status(503, core.connect_get_namespaced_service_proxy_with_path, "web:99", NAMESPACE, "x")
    assert "no service port 99 found for service" in error.body, error.body
    expect_status(404, core.connect_get_namespaced_service_proxy_with_path, "none", NAMESPACE, "x")
    expect_status(400, core.connect_get_namespaced_pod_proxy_with_path, "a:b:c:d", NAMESPACE, "x")
    print("proxied")

    core.delete_namespace(NAMESPACE)
    wait_for("the end", lambda: NAMESPACE not in [n.metadata.name for n in core.list_namespace().items])
    print("done")


def proxied_service(core):
    try:
        return core.connect_get_namespaced_service_proxy_with_path("web:80", NAMESPACE, "index.html")
    except ApiException as error:
        assert error.status == 503, error
        return None


main(sys.argv[1])
