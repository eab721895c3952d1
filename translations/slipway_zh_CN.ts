<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
    <context>
        <name>ApplyChecks</name>
        <message>
            <source>apiVersion is missing</source>
            <translation>缺少 apiVersion</translation>
        </message>
        <message>
            <source>kind is missing</source>
            <translation>缺少 kind</translation>
        </message>
        <message>
            <source>metadata.name is missing: resource name may not be empty</source>
            <translation>缺少 metadata.name：资源名称不能为空</translation>
        </message>
    </context>
    <context>
        <name>Columns</name>
        <message>
            <source>Containers</source>
            <translation>容器</translation>
        </message>
        <message>
            <source>Ready</source>
            <translation>就绪</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Restarts</source>
            <translation>重启次数</translation>
        </message>
        <message>
            <source>Controlled by</source>
            <translation>控制者</translation>
        </message>
        <message>
            <source>IP</source>
            <translation>IP</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>QoS</source>
            <translation>QoS</translation>
        </message>
        <message>
            <source>Up-to-date</source>
            <translation>最新</translation>
        </message>
        <message>
            <source>Available</source>
            <translation>可用</translation>
        </message>
        <message>
            <source>Replicas</source>
            <translation>副本</translation>
        </message>
        <message>
            <source>Conditions</source>
            <translation>状况</translation>
        </message>
        <message>
            <source>Images</source>
            <translation>镜像</translation>
        </message>
        <message>
            <source>Desired</source>
            <translation>期望</translation>
        </message>
        <message>
            <source>Current</source>
            <translation>当前</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>Cluster IP</source>
            <translation>集群 IP</translation>
        </message>
        <message>
            <source>External IP</source>
            <translation>外部 IP</translation>
        </message>
        <message>
            <source>Ports</source>
            <translation>端口</translation>
        </message>
        <message>
            <source>Selector</source>
            <translation>选择器</translation>
        </message>
        <message>
            <source>Address type</source>
            <translation>地址类型</translation>
        </message>
        <message>
            <source>Endpoints</source>
            <translation>端点</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>键</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>数据</translation>
        </message>
        <message>
            <source>Roles</source>
            <translation>角色</translation>
        </message>
        <message>
            <source>Taints</source>
            <translation>污点</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>版本</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pod</translation>
        </message>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>内存</translation>
        </message>
        <message>
            <source>Internal IP</source>
            <translation>内部 IP</translation>
        </message>
        <message>
            <source>OS image</source>
            <translation>操作系统</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>Object</source>
            <translation>对象</translation>
        </message>
        <message>
            <source>Message</source>
            <translation>消息</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>次数</translation>
        </message>
        <message>
            <source>Holder</source>
            <translation>持有者</translation>
        </message>
        <message>
            <source>Secrets</source>
            <translation>Secret</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>存在时间</translation>
        </message>
    </context>
    <context>
        <name>CommandLine</name>
        <message>
            <source>text or json</source>
            <translation>text 或 json</translation>
        </message>
        <message>
            <source>processors a node may use</source>
            <translation>节点可用的处理器数</translation>
        </message>
        <message>
            <source>memory a node may use, such as 2G</source>
            <translation>节点可用的内存，例如 2G</translation>
        </message>
        <message>
            <source>disk of a virtual machine, such as 20G</source>
            <translation>虚拟机的磁盘大小，例如 20G</translation>
        </message>
        <message>
            <source>start the cluster, making it when it is new</source>
            <translation>启动集群；不存在时先创建</translation>
        </message>
        <message>
            <source>deploy the sample application and wait until it answers</source>
            <translation>部署示例应用并等待其响应</translation>
        </message>
        <message>
            <source>say where the time went</source>
            <translation>显示各步骤所用时间</translation>
        </message>
        <message>
            <source>leave the kubeconfig alone</source>
            <translation>不修改 kubeconfig</translation>
        </message>
        <message>
            <source>how nodes are made; auto takes the first that works here</source>
            <translation>节点的创建方式；auto 选用本机可用的第一种</translation>
        </message>
        <message>
            <source>how many nodes there shall be</source>
            <translation>节点总数</translation>
        </message>
        <message>
            <source>how many of them run the API server</source>
            <translation>其中运行 API 服务器的节点数</translation>
        </message>
        <message>
            <source>seconds to wait until it is ready</source>
            <translation>等待就绪的秒数</translation>
        </message>
        <message>
            <source>publish a port of a node: [ADDRESS:]HOST:NODE[/udp]</source>
            <translation>发布节点端口：[地址:]主机端口:节点端口[/udp]</translation>
        </message>
        <message>
            <source>show a folder of this machine to the nodes: FOLDER:/FOLDER-IN-NODE[:ro]</source>
            <translation>让节点看到本机文件夹：文件夹:/节点内文件夹[:ro]</translation>
        </message>
        <message>
            <source>look for a registry&apos;s images here first: REGISTRY=URL</source>
            <translation>优先从此处获取某仓库的镜像：仓库=URL</translation>
        </message>
        <message>
            <source>stop the cluster; its state is kept</source>
            <translation>停止集群；保留其状态</translation>
        </message>
        <message>
            <source>freeze the cluster where it is</source>
            <translation>就地冻结集群</translation>
        </message>
        <message>
            <source>let a paused cluster run again</source>
            <translation>让已暂停的集群继续运行</translation>
        </message>
        <message>
            <source>delete the cluster and everything in it</source>
            <translation>删除集群及其全部内容</translation>
        </message>
        <message>
            <source>show the cluster&apos;s state; exit code 1 when it does not run</source>
            <translation>显示集群状态；未运行时退出码为 1</translation>
        </message>
        <message>
            <source>list the clusters of this machine</source>
            <translation>列出本机的集群</translation>
        </message>
        <message>
            <source>the nodes of the cluster</source>
            <translation>集群的节点</translation>
        </message>
        <message>
            <source>add a node, also while the cluster runs</source>
            <translation>添加节点，集群运行时也可以</translation>
        </message>
        <message>
            <source>its name; the next free one when left out</source>
            <translation>名称；省略时使用下一个可用名称</translation>
        </message>
        <message>
            <source>move a node&apos;s pods away and remove it</source>
            <translation>迁走节点上的 Pod 并移除该节点</translation>
        </message>
        <message>
            <source>its name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>seconds to wait for the pods to go</source>
            <translation>等待 Pod 离开的秒数</translation>
        </message>
        <message>
            <source>list the nodes</source>
            <translation>列出节点</translation>
        </message>
        <message>
            <source>change what a node may use, also while it runs</source>
            <translation>更改节点可用的资源，运行时也可以</translation>
        </message>
        <message>
            <source>a shell in a node, or a command: node shell NAME -- ls</source>
            <translation>节点中的 shell 或命令：node shell 名称 -- ls</translation>
        </message>
        <message>
            <source>the node; the first when left out</source>
            <translation>节点；省略时为第一个</translation>
        </message>
        <message>
            <source>what a node&apos;s services said</source>
            <translation>节点各服务的日志</translation>
        </message>
        <message>
            <source>only this one: init, containerd, server or agent</source>
            <translation>仅此服务：init、containerd、server 或 agent</translation>
        </message>
        <message>
            <source>go on as more comes</source>
            <translation>持续显示新内容</translation>
        </message>
        <message>
            <source>copy a file to or from a node: NODE:PATH names one in a node</source>
            <translation>在本机与节点间复制文件：节点:路径 表示节点内的文件</translation>
        </message>
        <message>
            <source>what to copy</source>
            <translation>复制什么</translation>
        </message>
        <message>
            <source>where to</source>
            <translation>复制到哪里</translation>
        </message>
        <message>
            <source>container images on the cluster&apos;s nodes</source>
            <translation>集群节点上的容器镜像</translation>
        </message>
        <message>
            <source>load archives (docker or OCI), or images of this machine&apos;s Docker or Podman by name</source>
            <translation>加载归档（docker 或 OCI），或按名称加载本机 Docker、Podman 的镜像</translation>
        </message>
        <message>
            <source>archives or image names</source>
            <translation>归档文件或镜像名称</translation>
        </message>
        <message>
            <source>%1 does not exist</source>
            <translation>%1 不存在</translation>
        </message>
        <message>
            <source>list the images</source>
            <translation>列出镜像</translation>
        </message>
        <message>
            <source>remove images from every node</source>
            <translation>从所有节点移除镜像</translation>
        </message>
        <message>
            <source>image names</source>
            <translation>镜像名称</translation>
        </message>
        <message>
            <source>build an image from a Dockerfile and load it</source>
            <translation>用 Dockerfile 构建镜像并加载</translation>
        </message>
        <message>
            <source>the build&apos;s context</source>
            <translation>构建上下文</translation>
        </message>
        <message>
            <source>name of the image</source>
            <translation>镜像名称</translation>
        </message>
        <message>
            <source>copies of the whole cluster: its objects, volumes and images</source>
            <translation>整个集群的副本：对象、卷和镜像</translation>
        </message>
        <message>
            <source>name of the snapshot</source>
            <translation>快照名称</translation>
        </message>
        <message>
            <source>save the cluster as it is now, also while it runs</source>
            <translation>保存集群当前状态，运行时也可以</translation>
        </message>
        <message>
            <source>list the cluster&apos;s snapshots</source>
            <translation>列出集群的快照</translation>
        </message>
        <message>
            <source>bring the cluster back to a snapshot</source>
            <translation>将集群恢复到某个快照</translation>
        </message>
        <message>
            <source>delete a snapshot</source>
            <translation>删除快照</translation>
        </message>
        <message>
            <source>make another cluster of a snapshot</source>
            <translation>用快照创建另一个集群</translation>
        </message>
        <message>
            <source>name of the new cluster</source>
            <translation>新集群的名称</translation>
        </message>
        <message>
            <source>add-ons that come with slipway</source>
            <translation>slipway 自带的附加组件</translation>
        </message>
        <message>
            <source>list them</source>
            <translation>列出</translation>
        </message>
        <message>
            <source>enable one</source>
            <translation>启用一个</translation>
        </message>
        <message>
            <source>disable one</source>
            <translation>停用一个</translation>
        </message>
        <message>
            <source>A Kubernetes cluster in about a second, and everything in it. Without a command: the window.</source>
            <translation>约一秒启动一个 Kubernetes 集群，并掌握其中的一切。不带命令时打开窗口。</translation>
        </message>
        <message>
            <source>name of the cluster</source>
            <translation>集群名称</translation>
        </message>
        <message>
            <source>print the administrator&apos;s kubeconfig</source>
            <translation>输出管理员的 kubeconfig</translation>
        </message>
        <message>
            <source>run kubectl on the cluster: slipway kubectl -- get pods</source>
            <translation>对集群运行 kubectl：slipway kubectl -- get pods</translation>
        </message>
        <message>
            <source>print where this machine reaches a service</source>
            <translation>输出本机访问某服务的地址</translation>
        </message>
        <message>
            <source>NAME or NAMESPACE/NAME</source>
            <translation>名称，或 命名空间/名称</translation>
        </message>
        <message>
            <source>what works on this machine, what does not, and why</source>
            <translation>本机上什么可用、什么不可用及其原因</translation>
        </message>
        <message>
            <source>pack logs and state, without secrets, for a report</source>
            <translation>打包日志和状态（不含机密）以便报告问题</translation>
        </message>
        <message>
            <source>the archive to write (.tar.gz)</source>
            <translation>要写入的归档（.tar.gz）</translation>
        </message>
        <message>
            <source>print shell completion</source>
            <translation>输出 shell 补全脚本</translation>
        </message>
        <message>
            <source>bash, zsh or fish</source>
            <translation>bash、zsh 或 fish</translation>
        </message>
        <message>
            <source>print the version</source>
            <translation>输出版本</translation>
        </message>
        <message>
            <source>&quot;%1&quot; is not [ADDRESS:]HOST-PORT:NODE-PORT[/udp]</source>
            <translation>“%1”不是 [地址:]主机端口:节点端口[/udp]</translation>
        </message>
        <message>
            <source>&quot;%1&quot; is not FOLDER:/FOLDER-IN-NODE[:ro]</source>
            <translation>“%1”不是 文件夹:/节点内文件夹[:ro]</translation>
        </message>
        <message>
            <source>%1 is not a folder</source>
            <translation>%1 不是文件夹</translation>
        </message>
        <message>
            <source>&quot;%1&quot; is not a URL</source>
            <translation>“%1”不是 URL</translation>
        </message>
        <message>
            <source>&quot;%1&quot; is not REGISTRY=URL</source>
            <translation>“%1”不是 仓库=URL</translation>
        </message>
        <message>
            <source>&quot;%1&quot; is not a size such as 2G or 512M</source>
            <translation>“%1”不是 2G 或 512M 这样的大小</translation>
        </message>
        <message>
            <source>Cluster %1 answers at %2; kubectl context: %3</source>
            <translation>集群 %1 的地址是 %2；kubectl 上下文：%3</translation>
        </message>
        <message>
            <source>The sample application answers at %1</source>
            <translation>示例应用的地址是 %1</translation>
        </message>
        <message>
            <source>service %1 has neither a node port nor a load balancer</source>
            <translation>服务 %1 既没有节点端口也没有负载均衡器</translation>
        </message>
        <message>
            <source>one of the two names a node: NODE:PATH</source>
            <translation>两者之一须指明节点：节点:路径</translation>
        </message>
        <message>
            <source>%1 is not a file</source>
            <translation>%1 不是文件</translation>
        </message>
        <message>
            <source>%1 has no readable %2</source>
            <translation>%1 中没有可读的 %2</translation>
        </message>
    </context>
    <context>
        <name>Commands</name>
        <message>
            <source>Details</source>
            <translation>详情</translation>
        </message>
        <message>
            <source>Show YAML</source>
            <translation>显示 YAML</translation>
        </message>
        <message>
            <source>Edit YAML</source>
            <translation>编辑 YAML</translation>
        </message>
        <message>
            <source>Logs</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Logs of the previous run</source>
            <translation>上次运行的日志</translation>
        </message>
        <message>
            <source>Shell</source>
            <translation>终端</translation>
        </message>
        <message>
            <source>Attach</source>
            <translation>附加</translation>
        </message>
        <message>
            <source>Debug container</source>
            <translation>调试容器</translation>
        </message>
        <message>
            <source>Forward a port</source>
            <translation>转发端口</translation>
        </message>
        <message>
            <source>Restart</source>
            <translation>重启</translation>
        </message>
        <message>
            <source>Rollout history</source>
            <translation>发布历史</translation>
        </message>
        <message>
            <source>Pause or resume the rollout</source>
            <translation>暂停或继续发布</translation>
        </message>
        <message>
            <source>Set image</source>
            <translation>设置镜像</translation>
        </message>
        <message>
            <source>Run now</source>
            <translation>立即运行</translation>
        </message>
        <message>
            <source>Suspend or resume</source>
            <translation>挂起或恢复</translation>
        </message>
        <message>
            <source>Cordon</source>
            <translation>停止调度</translation>
        </message>
        <message>
            <source>Uncordon</source>
            <translation>恢复调度</translation>
        </message>
        <message>
            <source>Drain</source>
            <translation>排空</translation>
        </message>
        <message>
            <source>Why is it pending?</source>
            <translation>为什么在等待？</translation>
        </message>
        <message>
            <source>Labels and annotations</source>
            <translation>标签和注解</translation>
        </message>
        <message>
            <source>History in Git</source>
            <translation>Git 中的历史</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>Edit in a form</source>
            <translation>用表单编辑</translation>
        </message>
        <message>
            <source>Shell on the node</source>
            <translation>节点上的终端</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>批准</translation>
        </message>
        <message>
            <source>Deny</source>
            <translation>拒绝</translation>
        </message>
        <message>
            <source>Copy files</source>
            <translation>复制文件</translation>
        </message>
    </context>
    <context>
        <name>CopyDialog</name>
        <message>
            <source>Copy files</source>
            <translation>复制文件</translation>
        </message>
        <message>
            <source>Files of %1</source>
            <translation>%1 的文件</translation>
        </message>
        <message>
            <source>From the pod to this computer</source>
            <translation>从 Pod 到本机</translation>
        </message>
        <message>
            <source>From this computer to the pod</source>
            <translation>从本机到 Pod</translation>
        </message>
        <message>
            <source>Choose…</source>
            <translation>选择…</translation>
        </message>
        <message>
            <source>Direction</source>
            <translation>方向</translation>
        </message>
        <message>
            <source>Container</source>
            <translation>容器</translation>
        </message>
        <message>
            <source>Path in the container</source>
            <translation>容器中的路径</translation>
        </message>
        <message>
            <source>Path on this computer</source>
            <translation>本机上的路径</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>kubectl is not installed.</source>
            <translation>未安装 kubectl。</translation>
        </message>
        <message>
            <source>What is copied</source>
            <translation>要复制的内容</translation>
        </message>
        <message>
            <source>Where it is copied to</source>
            <translation>复制到何处</translation>
        </message>
        <message>
            <source>Copying</source>
            <translation>正在复制</translation>
        </message>
        <message>
            <source>Copied.</source>
            <translation>已复制。</translation>
        </message>
        <message>
            <source>It was not copied.</source>
            <translation>未能复制。</translation>
        </message>
    </context>
    <context>
        <name>DebugDialog</name>
        <message>
            <source>Debug container</source>
            <translation>调试容器</translation>
        </message>
        <message>
            <source>A container beside those of %1</source>
            <translation>在 %1 的容器旁加一个容器</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>镜像</translation>
        </message>
        <message>
            <source>Sees the processes of</source>
            <translation>可见其进程的容器</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>启动</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>正在启动</translation>
        </message>
    </context>
    <context>
        <name>DrainDialog</name>
        <message>
            <source>Also delete pods that nothing makes anew</source>
            <translation>同时删除不会被重建的 Pod</translation>
        </message>
        <message>
            <source>Drain</source>
            <translation>排空</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Drain %1</source>
            <translation>排空 %1</translation>
        </message>
        <message>
            <source>Pod</source>
            <translation>Pod</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>What happens</source>
            <translation>将会怎样</translation>
        </message>
        <message>
            <source>Controlled by</source>
            <translation>控制者</translation>
        </message>
        <message>
            <source>Pods of the node</source>
            <translation>节点上的 Pod</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <source>Loading</source>
            <translation>正在加载</translation>
        </message>
        <message>
            <source>No pod runs there. New ones will be kept away.</source>
            <translation>上面没有 Pod 运行。新的 Pod 不会再调度到那里。</translation>
        </message>
        <message>
            <source>Gone</source>
            <translation>已离开</translation>
        </message>
        <message>
            <source>Stays: it belongs to the node</source>
            <translation>保留：属于该节点</translation>
        </message>
        <message>
            <source>Has finished</source>
            <translation>已结束</translation>
        </message>
        <message>
            <source>Deleted for good</source>
            <translation>永久删除</translation>
        </message>
        <message>
            <source>Stays: nothing makes it anew</source>
            <translation>保留：不会被重建</translation>
        </message>
        <message>
            <source>Evicted; its emptyDir is lost</source>
            <translation>驱逐；其 emptyDir 会丢失</translation>
        </message>
        <message>
            <source>Evicted, made anew elsewhere</source>
            <translation>驱逐，并在别处重建</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Keeping new pods away</source>
            <translation>正在阻止新 Pod 调度</translation>
        </message>
        <message>
            <source>Drained.</source>
            <translation>已排空。</translation>
        </message>
        <message>
            <source>%1 of %2 pods have gone</source>
            <translation>%2 个 Pod 中已有 %1 个离开</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
    </context>
    <context>
        <name>Errors</name>
        <message>
            <source>The cluster cannot be reached: %1</source>
            <translation>无法连接集群：%1</translation>
        </message>
        <message>
            <source>The cluster does not accept these credentials: %1</source>
            <translation>集群不接受这些凭据：%1</translation>
        </message>
        <message>
            <source>Someone else changed it meanwhile: %1</source>
            <translation>其间有人修改过它：%1</translation>
        </message>
        <message>
            <source>This cluster is guarded: it is only looked at. Lift the guard to change it.</source>
            <translation>此集群受保护，只能查看。要更改请先解除保护。</translation>
        </message>
    </context>
    <context>
        <name>Groups</name>
        <message>
            <source>Custom resources</source>
            <translation>自定义资源</translation>
        </message>
        <message>
            <source>Storage</source>
            <translation>存储</translation>
        </message>
        <message>
            <source>Workloads</source>
            <translation>工作负载</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>网络</translation>
        </message>
        <message>
            <source>Config</source>
            <translation>配置</translation>
        </message>
        <message>
            <source>Cluster</source>
            <translation>集群</translation>
        </message>
        <message>
            <source>Access control</source>
            <translation>访问控制</translation>
        </message>
    </context>
    <context>
        <name>ImageDialog</name>
        <message>
            <source>Set image</source>
            <translation>设置镜像</translation>
        </message>
        <message>
            <source>Images of %1</source>
            <translation>%1 的镜像</translation>
        </message>
        <message>
            <source>Image of %1</source>
            <translation>%1 的镜像</translation>
        </message>
    </context>
    <context>
        <name>Kinds</name>
        <message>
            <source>Pods</source>
            <translation>Pod</translation>
        </message>
        <message>
            <source>Deployments</source>
            <translation>Deployment</translation>
        </message>
        <message>
            <source>ReplicaSets</source>
            <translation>ReplicaSet</translation>
        </message>
        <message>
            <source>Services</source>
            <translation>Service</translation>
        </message>
        <message>
            <source>Endpoint slices</source>
            <translation>EndpointSlice</translation>
        </message>
        <message>
            <source>ConfigMaps</source>
            <translation>ConfigMap</translation>
        </message>
        <message>
            <source>Secrets</source>
            <translation>Secret</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>Namespaces</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>事件</translation>
        </message>
        <message>
            <source>Leases</source>
            <translation>Lease</translation>
        </message>
        <message>
            <source>Service accounts</source>
            <translation>ServiceAccount</translation>
        </message>
    </context>
    <context>
        <name>LabelsDialog</name>
        <message>
            <source>Labels and annotations</source>
            <translation>标签和注解</translation>
        </message>
        <message numerus="yes">
            <source>%n objects</source>
            <translation>
                <numerusform>%n 个对象</numerusform>
            </translation>
        </message>
        <message>
            <source>One key=value a line; a line that is taken out is removed.</source>
            <translation>每行一个 key=value；删去的行会被移除。</translation>
        </message>
        <message>
            <source>One key=value a line sets it in all of them; key- removes it.</source>
            <translation>每行一个 key=value，设置到所有对象；key- 表示移除。</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Annotations</source>
            <translation>注解</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存</translation>
        </message>
        <message>
            <source>&quot;%1&quot; is neither key=value nor key-</source>
            <translation>“%1”既不是 key=value 也不是 key-</translation>
        </message>
    </context>
    <context>
        <name>NodeShellDialog</name>
        <message>
            <source>Shell on the node</source>
            <translation>节点上的终端</translation>
        </message>
        <message>
            <source>A shell on %1</source>
            <translation>%1 上的终端</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>镜像</translation>
        </message>
        <message>
            <source>It runs in a privileged pod on the node, which is deleted with the terminal. The image has to have nsenter.</source>
            <translation>它运行在节点上的一个特权 Pod 中，该 Pod 随终端一起删除。镜像中必须有 nsenter。</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>启动</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>正在启动</translation>
        </message>
    </context>
    <context>
        <name>Overview</name>
        <message>
            <source>About</source>
            <translation>基本信息</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>已创建</translation>
        </message>
        <message>
            <source>Controlled by</source>
            <translation>控制者</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>标签</translation>
        </message>
        <message>
            <source>Annotations</source>
            <translation>注解</translation>
        </message>
        <message>
            <source>Containers</source>
            <translation>容器</translation>
        </message>
        <message>
            <source>restarted %1 times</source>
            <translation>已重启 %1 次</translation>
        </message>
        <message>
            <source>ports %1</source>
            <translation>端口 %1</translation>
        </message>
        <message>
            <source>Conditions</source>
            <translation>状况</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>事件</translation>
        </message>
        <message>
            <source>None</source>
            <translation>无</translation>
        </message>
        <message>
            <source>requests %1, %2</source>
            <translation>请求 %1，%2</translation>
        </message>
        <message>
            <source>limits %1, %2</source>
            <translation>上限 %1，%2</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>数据</translation>
        </message>
        <message>
            <source>hide</source>
            <translation>隐藏</translation>
        </message>
        <message>
            <source>show</source>
            <translation>显示</translation>
        </message>
        <message>
            <source>copy</source>
            <translation>复制</translation>
        </message>
        <message numerus="yes">
            <source>%n byte(s)</source>
            <translation>
                <numerusform>%n 字节</numerusform>
            </translation>
        </message>
        <message>
            <source>mounts %1</source>
            <translation>挂载 %1</translation>
        </message>
    </context>
    <context>
        <name>Pages</name>
        <message>
            <source>Overview</source>
            <translation>概览</translation>
        </message>
        <message>
            <source>Topology</source>
            <translation>拓扑</translation>
        </message>
        <message>
            <source>Heat map</source>
            <translation>热力图</translation>
        </message>
        <message>
            <source>History</source>
            <translation>历史</translation>
        </message>
        <message>
            <source>Helm releases</source>
            <translation>Helm 发行</translation>
        </message>
        <message>
            <source>Forwarded ports</source>
            <translation>端口转发</translation>
        </message>
        <message>
            <source>Rights</source>
            <translation>权限</translation>
        </message>
        <message>
            <source>Time machine</source>
            <translation>时光机</translation>
        </message>
    </context>
    <context>
        <name>PortsDialog</name>
        <message>
            <source>Forward a port</source>
            <translation>转发端口</translation>
        </message>
        <message>
            <source>Forward a port to %1</source>
            <translation>转发端口到 %1</translation>
        </message>
        <message>
            <source>Port there</source>
            <translation>目标端口</translation>
        </message>
        <message>
            <source>any free port</source>
            <translation>任意空闲端口</translation>
        </message>
        <message>
            <source>Port here</source>
            <translation>本机端口</translation>
        </message>
        <message>
            <source>Forward</source>
            <translation>转发</translation>
        </message>
    </context>
    <context>
        <name>PreferencesDialog</name>
        <message>
            <source>Preferences</source>
            <translation>首选项</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <source>Theme</source>
            <translation>主题</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <source>Size of the letters</source>
            <translation>字号</translation>
        </message>
        <message>
            <source>Apply dropped YAML without asking when the server accepts all of it</source>
            <translation>服务器全部接受时，不询问直接应用拖入的 YAML</translation>
        </message>
        <message>
            <source>Tell me about what happens while I look elsewhere</source>
            <translation>窗口不在前台时通知我发生的事</translation>
        </message>
        <message>
            <source>Stay in the tray when the last window is closed</source>
            <translation>关闭最后一个窗口后留在托盘</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
    </context>
    <context>
        <name>Relations</name>
        <message>
            <source>Controlled by</source>
            <translation>控制者</translation>
        </message>
        <message>
            <source>Owns</source>
            <translation>拥有</translation>
        </message>
        <message>
            <source>Uses</source>
            <translation>使用</translation>
        </message>
        <message>
            <source>Selects</source>
            <translation>选中</translation>
        </message>
        <message>
            <source>Selected by</source>
            <translation>被选中于</translation>
        </message>
        <message>
            <source>Leads to</source>
            <translation>指向</translation>
        </message>
    </context>
    <context>
        <name>RolloutDialog</name>
        <message>
            <source>Go back to this revision</source>
            <translation>回到此版本</translation>
        </message>
        <message>
            <source>Rollout history</source>
            <translation>发布历史</translation>
        </message>
        <message>
            <source>Revisions of %1</source>
            <translation>%1 的版本</translation>
        </message>
        <message>
            <source>Revision</source>
            <translation>版本</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>存在时间</translation>
        </message>
        <message>
            <source>Kept by</source>
            <translation>保存于</translation>
        </message>
        <message>
            <source>Cause</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>Revisions</source>
            <translation>版本</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Loading</source>
            <translation>正在加载</translation>
        </message>
        <message>
            <source>now</source>
            <translation>当前</translation>
        </message>
        <message>
            <source>No revision is kept.</source>
            <translation>没有保存的版本。</translation>
        </message>
        <message>
            <source>From now to revision %1</source>
            <translation>从当前到版本 %1</translation>
        </message>
        <message>
            <source>This is what runs now.</source>
            <translation>这就是当前运行的版本。</translation>
        </message>
        <message>
            <source>The pod template is the same.</source>
            <translation>Pod 模板相同。</translation>
        </message>
        <message>
            <source>Going back</source>
            <translation>正在回退</translation>
        </message>
    </context>
    <context>
        <name>WhyDialog</name>
        <message>
            <source>Why is it pending?</source>
            <translation>为什么在等待？</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>详情</translation>
        </message>
        <message>
            <source>Reasons</source>
            <translation>原因</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>It waits for nothing. Its status is %1.</source>
            <translation>它没有在等待。状态为 %1。</translation>
        </message>
        <message>
            <source>Its status is %1.</source>
            <translation>状态为 %1。</translation>
        </message>
        <message>
            <source>The scheduler has not decided yet</source>
            <translation>调度器尚未决定</translation>
        </message>
    </context>
    <context>
        <name>Windows</name>
        <message>
            <source>Show Slipway</source>
            <translation>显示 Slipway</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>退出</translation>
        </message>
    </context>
    <context>
        <name>YamlCheck</name>
        <message>
            <source>%1 has to be of type %2</source>
            <translation>%1 的类型必须是 %2</translation>
        </message>
        <message>
            <source>unknown field &quot;%1&quot;</source>
            <translation>未知字段“%1”</translation>
        </message>
        <message>
            <source>%1 is missing</source>
            <translation>缺少 %1</translation>
        </message>
        <message>
            <source>%1 has to be one of %2</source>
            <translation>%1 必须是以下之一：%2</translation>
        </message>
        <message>
            <source>required</source>
            <translation>必填</translation>
        </message>
    </context>
    <context>
        <name>YamlSources</name>
        <message>
            <source>A kustomization needs kubectl, which is not installed.</source>
            <translation>kustomization 需要 kubectl，但它没有安装。</translation>
        </message>
        <message>
            <source>There is no YAML in %1.</source>
            <translation>%1 中没有 YAML。</translation>
        </message>
        <message>
            <source>Only the first %1 files were taken.</source>
            <translation>只取了前 %1 个文件。</translation>
        </message>
        <message>
            <source>%1 cannot be read: %2</source>
            <translation>无法读取 %1：%2</translation>
        </message>
        <message>
            <source>%1 is too large.</source>
            <translation>%1 太大。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ApplyDialog</name>
        <message>
            <source>Refused</source>
            <translation>被拒绝</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>已创建</translation>
        </message>
        <message>
            <source>Create</source>
            <translation>创建</translation>
        </message>
        <message>
            <source>Updated</source>
            <translation>已更新</translation>
        </message>
        <message>
            <source>Update</source>
            <translation>更新</translation>
        </message>
        <message>
            <source>Unchanged</source>
            <translation>未改变</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>应用</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>编辑</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Apply YAML</source>
            <translation>应用 YAML</translation>
        </message>
        <message>
            <source>Apply to %1</source>
            <translation>应用到 %1</translation>
        </message>
        <message>
            <source>Action</source>
            <translation>操作</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>来源</translation>
        </message>
        <message>
            <source>Objects to apply</source>
            <translation>要应用的对象</translation>
        </message>
        <message>
            <source>Checking with the server</source>
            <translation>正在由服务器检查</translation>
        </message>
        <message>
            <source>line %1</source>
            <translation>第 %1 行</translation>
        </message>
        <message>
            <source>There is no object in this YAML.</source>
            <translation>这段 YAML 里没有对象。</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) refused by the check. The others can be applied.</source>
            <translation>
                <numerusform>检查拒绝了 %n 个对象，其余的可以应用。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The server accepts %n object(s).</source>
            <translation>
                <numerusform>服务器接受这 %n 个对象。</numerusform>
            </translation>
        </message>
        <message>
            <source>Applying</source>
            <translation>正在应用</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) applied</source>
            <translation>
                <numerusform>已应用 %n 个对象</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) were not applied.</source>
            <translation>
                <numerusform>有 %n 个对象没有应用。</numerusform>
            </translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) refused by the check.</source>
            <translation>
                <numerusform>检查拒绝了 %n 个对象。</numerusform>
            </translation>
        </message>
        <message>
            <source>Nothing in the cluster would change.</source>
            <translation>集群中不会有任何变化。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ChangeJournal</name>
        <message>
            <source>Create</source>
            <translation>创建</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>编辑</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>更改</translation>
        </message>
        <message>
            <source>As found in the cluster</source>
            <translation>集群中原有的状态</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) changed</source>
            <translation>
                <numerusform>已更改 %n 个对象</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ClusterRunner</name>
        <message>
            <source>Cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <source>Checking this computer</source>
            <translation>检查这台计算机</translation>
        </message>
        <message>
            <source>Preparing the node&apos;s files</source>
            <translation>准备节点的文件</translation>
        </message>
        <message>
            <source>Creating the node</source>
            <translation>创建节点</translation>
        </message>
        <message>
            <source>Restoring a snapshot</source>
            <translation>正在恢复快照</translation>
        </message>
        <message>
            <source>Saving a snapshot</source>
            <translation>正在保存快照</translation>
        </message>
        <message>
            <source>Loading images</source>
            <translation>正在加载镜像</translation>
        </message>
        <message>
            <source>Starting the API server</source>
            <translation>启动 API 服务器</translation>
        </message>
        <message>
            <source>Waiting for the node to be ready</source>
            <translation>等待节点就绪</translation>
        </message>
        <message>
            <source>Adding the context to your kubeconfig</source>
            <translation>把上下文写入您的 kubeconfig</translation>
        </message>
        <message>
            <source>Deploying the sample</source>
            <translation>部署示例</translation>
        </message>
        <message>
            <source>Waiting for the sample to answer</source>
            <translation>等待示例响应</translation>
        </message>
        <message>
            <source>Stopping the node</source>
            <translation>停止节点</translation>
        </message>
        <message>
            <source>Removing the node</source>
            <translation>移除节点</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>完成</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::CodeEdit</name>
        <message>
            <source>YAML editor</source>
            <translation>YAML 编辑器</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::CommandPalette</name>
        <message>
            <source>Command palette</source>
            <translation>命令面板</translation>
        </message>
        <message>
            <source>Type a command, a kind or the name of an object</source>
            <translation>输入命令、资源类型或对象名称</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>命令</translation>
        </message>
        <message>
            <source>Commands</source>
            <translation>命令列表</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::DetailPane</name>
        <message>
            <source>Overview</source>
            <translation>概览</translation>
        </message>
        <message>
            <source>Replicas</source>
            <translation>副本</translation>
        </message>
        <message>
            <source>YAML of the object</source>
            <translation>对象的 YAML</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
        <message>
            <source>Close the details</source>
            <translation>关闭详情</translation>
        </message>
        <message>
            <source>It no longer exists.</source>
            <translation>它已不存在。</translation>
        </message>
        <message>
            <source>Logs</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Shell</source>
            <translation>终端</translation>
        </message>
        <message>
            <source>Edit</source>
            <translation>编辑</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>Related</source>
            <translation>关联</translation>
        </message>
        <message>
            <source>Usage</source>
            <translation>用量</translation>
        </message>
        <message>
            <source>Related objects</source>
            <translation>关联对象</translation>
        </message>
        <message>
            <source>Nothing else has to do with it.</source>
            <translation>没有与它关联的对象。</translation>
        </message>
        <message>
            <source>allocatable</source>
            <translation>可分配</translation>
        </message>
        <message>
            <source>limit</source>
            <translation>上限</translation>
        </message>
        <message>
            <source>Details of the object</source>
            <translation>对象详情</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::DiffView</name>
        <message>
            <source>Nothing differs.</source>
            <translation>没有差异。</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Differences</source>
            <translation>差异</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::DockTitle</name>
        <message>
            <source>Float, or dock again</source>
            <translation>浮动，或重新停靠</translation>
        </message>
        <message>
            <source>Float %1</source>
            <translation>让 %1 浮动</translation>
        </message>
        <message>
            <source>Close   Ctrl+W</source>
            <translation>关闭   Ctrl+W</translation>
        </message>
        <message>
            <source>Close %1</source>
            <translation>关闭 %1</translation>
        </message>
        <message>
            <source>Put beside the others, or back   Ctrl+\</source>
            <translation>并排放置，或放回   Ctrl+\</translation>
        </message>
        <message>
            <source>Put %1 beside the others</source>
            <translation>将 %1 并排放置</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::EditorPanel</name>
        <message>
            <source>New. Ctrl+S applies it.</source>
            <translation>新建。按 Ctrl+S 应用。</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>应用</translation>
        </message>
        <message>
            <source>Check with the server, then apply   Ctrl+S</source>
            <translation>先由服务器检查，再应用   Ctrl+S</translation>
        </message>
        <message>
            <source>Reload</source>
            <translation>重新载入</translation>
        </message>
        <message>
            <source>Fetch the object anew; what you typed is lost</source>
            <translation>重新获取对象；您输入的内容会丢失</translation>
        </message>
        <message>
            <source>Fetching %1</source>
            <translation>正在获取 %1</translation>
        </message>
        <message>
            <source>Up to date. Ctrl+S applies changes.</source>
            <translation>已是最新。按 Ctrl+S 应用修改。</translation>
        </message>
        <message>
            <source>Checking with the server</source>
            <translation>正在由服务器检查</translation>
        </message>
        <message>
            <source>There is nothing to apply.</source>
            <translation>没有可应用的内容。</translation>
        </message>
        <message>
            <source>Applied.</source>
            <translation>已应用。</translation>
        </message>
        <message>
            <source>Someone else changed it since you opened it. Reload to see their version; copy what you typed first.</source>
            <translation>打开之后有人修改过它。请先复制您输入的内容，再重新载入以查看对方的版本。</translation>
        </message>
        <message>
            <source>Line %1: %2</source>
            <translation>第 %1 行：%2</translation>
        </message>
        <message>
            <source>Show changes</source>
            <translation>显示更改</translation>
        </message>
        <message>
            <source>What applying would change, by the server&apos;s own dry run</source>
            <translation>应用后会有哪些变化（由服务器试运行得出）</translation>
        </message>
        <message>
            <source>Close the editor?</source>
            <translation>关闭编辑器？</translation>
        </message>
        <message>
            <source>What you changed has not been applied.</source>
            <translation>你的更改尚未应用。</translation>
        </message>
        <message>
            <source>The server accepts it.</source>
            <translation>服务器接受。</translation>
        </message>
        <message>
            <source>What applying would change</source>
            <translation>应用后的变化</translation>
        </message>
        <message>
            <source>Someone else changed it meanwhile</source>
            <translation>其间别人更改了它</translation>
        </message>
        <message>
            <source>What they changed</source>
            <translation>别人的更改</translation>
        </message>
        <message>
            <source>What you changed</source>
            <translation>你的更改</translation>
        </message>
        <message>
            <source>Keep both</source>
            <translation>保留两者</translation>
        </message>
        <message>
            <source>Take theirs</source>
            <translation>采用别人的</translation>
        </message>
        <message>
            <source>Their changes and yours are put together. Ctrl+S applies them.</source>
            <translation>别人的更改与你的已合并。Ctrl+S 应用。</translation>
        </message>
        <message>
            <source>Put together; where both changed, yours is kept: %1</source>
            <translation>已合并；双方都改动之处保留你的：%1</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::FindBar</name>
        <message>
            <source>Find</source>
            <translation>查找</translation>
        </message>
        <message>
            <source>Find in the text</source>
            <translation>在文本中查找</translation>
        </message>
        <message>
            <source>Previous place</source>
            <translation>上一处</translation>
        </message>
        <message>
            <source>Next place</source>
            <translation>下一处</translation>
        </message>
        <message>
            <source>Close the search</source>
            <translation>关闭查找</translation>
        </message>
        <message>
            <source>Not found</source>
            <translation>未找到</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::FormDialog</name>
        <message>
            <source>New from a form</source>
            <translation>用表单新建</translation>
        </message>
        <message>
            <source>%1 in a form</source>
            <translation>表单中的 %1</translation>
        </message>
        <message>
            <source>Check and apply</source>
            <translation>检查并应用</translation>
        </message>
        <message>
            <source>Open in the editor</source>
            <translation>在编辑器中打开</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>YAML of the form</source>
            <translation>表单的 YAML</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Loading</source>
            <translation>正在加载</translation>
        </message>
        <message>
            <source>The cluster has no schema for this kind.</source>
            <translation>集群没有此类型的模式。</translation>
        </message>
        <message>
            <source>* is needed; what is left empty is left to the cluster.</source>
            <translation>带 * 的必须填写；留空的由集群决定。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ForwardsPage</name>
        <message>
            <source>Forwarded ports</source>
            <translation>端口转发</translation>
        </message>
        <message>
            <source>Shift+F on a pod, a deployment or a service forwards one.</source>
            <translation>在 Pod、Deployment 或 Service 上按 Shift+F 转发端口。</translation>
        </message>
        <message>
            <source>Target</source>
            <translation>目标</translation>
        </message>
        <message>
            <source>Port</source>
            <translation>端口</translation>
        </message>
        <message>
            <source>Address here</source>
            <translation>本机地址</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>打开</translation>
        </message>
        <message>
            <source>Copy the address</source>
            <translation>复制地址</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Opening</source>
            <translation>正在打开</translation>
        </message>
        <message>
            <source>Broken, trying again</source>
            <translation>已断开，正在重试</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::HeatMapPage</name>
        <message>
            <source>Heat map of the nodes</source>
            <translation>节点热力图</translation>
        </message>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>内存</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pod</translation>
        </message>
        <message>
            <source>What is measured</source>
            <translation>度量项</translation>
        </message>
        <message>
            <source>%1 of %2 pods</source>
            <translation>%2 个 Pod 位已用 %1 个</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>未度量</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::HelmPage</name>
        <message>
            <source>Helm releases</source>
            <translation>Helm 发行</translation>
        </message>
        <message>
            <source>Release</source>
            <translation>发行</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Revision</source>
            <translation>版本</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Chart</source>
            <translation>Chart</translation>
        </message>
        <message>
            <source>App</source>
            <translation>应用</translation>
        </message>
        <message>
            <source>Values</source>
            <translation>值</translation>
        </message>
        <message>
            <source>Difference to the revision before</source>
            <translation>与上一版本的差异</translation>
        </message>
        <message>
            <source>Manifest</source>
            <translation>清单</translation>
        </message>
        <message>
            <source>Notes</source>
            <translation>说明</translation>
        </message>
        <message>
            <source>Refresh</source>
            <translation>刷新</translation>
        </message>
        <message>
            <source>Install a chart…</source>
            <translation>安装 chart…</translation>
        </message>
        <message>
            <source>Roll back to this revision</source>
            <translation>回滚到此版本</translation>
        </message>
        <message>
            <source>Uninstall</source>
            <translation>卸载</translation>
        </message>
        <message>
            <source>Needs the helm program, which is not installed</source>
            <translation>需要 helm 程序，但它没有安装</translation>
        </message>
        <message>
            <source>No release is installed.</source>
            <translation>没有已安装的发行。</translation>
        </message>
        <message>
            <source># given by the user</source>
            <translation># 用户给出的值</translation>
        </message>
        <message>
            <source># of the chart</source>
            <translation># chart 自带的值</translation>
        </message>
        <message>
            <source>This is the first revision that is kept.</source>
            <translation>这是保存的第一个版本。</translation>
        </message>
        <message>
            <source>Both revisions are the same.</source>
            <translation>两个版本相同。</translation>
        </message>
        <message>
            <source>helm is at work</source>
            <translation>helm 正在运行</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>Uninstall?</source>
            <translation>卸载？</translation>
        </message>
        <message>
            <source>Uninstall %1 and everything it made?</source>
            <translation>卸载 %1 以及它创建的一切？</translation>
        </message>
        <message>
            <source>Install a chart</source>
            <translation>安装 chart</translation>
        </message>
        <message>
            <source>Charts (*.tgz Chart.yaml)</source>
            <translation>Chart (*.tgz Chart.yaml)</translation>
        </message>
        <message>
            <source>Name of the release</source>
            <translation>发行名称</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::HistoryPage</name>
        <message>
            <source>History</source>
            <translation>历史</translation>
        </message>
        <message>
            <source>Show all objects</source>
            <translation>显示全部对象</translation>
        </message>
        <message>
            <source>Undo this change</source>
            <translation>撤销此更改</translation>
        </message>
        <message>
            <source>Bring back what was written</source>
            <translation>恢复当时写入的内容</translation>
        </message>
        <message>
            <source>Put back what Git has</source>
            <translation>恢复为 Git 中的内容</translation>
        </message>
        <message>
            <source>Compare again</source>
            <translation>重新比较</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>更改</translation>
        </message>
        <message>
            <source>Drift</source>
            <translation>偏离</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>更改</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>存在时间</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>谁</translation>
        </message>
        <message>
            <source>Object</source>
            <translation>对象</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Objects in Git</source>
            <translation>Git 中的对象</translation>
        </message>
        <message>
            <source>Nothing is kept for this cluster.</source>
            <translation>此集群没有保存历史。</translation>
        </message>
        <message>
            <source>Nothing has been changed through this window yet.</source>
            <translation>还没有通过此窗口做过更改。</translation>
        </message>
        <message>
            <source>Nothing differs.</source>
            <translation>没有差异。</translation>
        </message>
        <message>
            <source>Comparing</source>
            <translation>正在比较</translation>
        </message>
        <message>
            <source>As in Git</source>
            <translation>与 Git 一致</translation>
        </message>
        <message>
            <source>Not in the cluster</source>
            <translation>集群中没有</translation>
        </message>
        <message>
            <source>Differs</source>
            <translation>不同</translation>
        </message>
        <message>
            <source>Nothing is kept in Git yet.</source>
            <translation>Git 中还没有内容。</translation>
        </message>
        <message>
            <source>From Git to the cluster</source>
            <translation>从 Git 到集群</translation>
        </message>
        <message>
            <source>The cluster has what Git has.</source>
            <translation>集群与 Git 一致。</translation>
        </message>
        <message>
            <source>Remote</source>
            <translation>远程</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::LogPanel</name>
        <message>
            <source>Log</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Filter   /</source>
            <translation>筛选   /</translation>
        </message>
        <message>
            <source>Filter log lines</source>
            <translation>筛选日志行</translation>
        </message>
        <message>
            <source>Regular expression; ! in front turns it round</source>
            <translation>正则表达式；前面加 ! 表示取反</translation>
        </message>
        <message>
            <source>From when</source>
            <translation>从何时开始</translation>
        </message>
        <message>
            <source>Last lines</source>
            <translation>最近的行</translation>
        </message>
        <message>
            <source>From the start</source>
            <translation>从头开始</translation>
        </message>
        <message>
            <source>Last minute</source>
            <translation>最近 1 分钟</translation>
        </message>
        <message>
            <source>Last 5 minutes</source>
            <translation>最近 5 分钟</translation>
        </message>
        <message>
            <source>Last 15 minutes</source>
            <translation>最近 15 分钟</translation>
        </message>
        <message>
            <source>Last 30 minutes</source>
            <translation>最近 30 分钟</translation>
        </message>
        <message>
            <source>Last hour</source>
            <translation>最近 1 小时</translation>
        </message>
        <message>
            <source>Follow the end</source>
            <translation>跟随末尾</translation>
        </message>
        <message>
            <source>Wrap long lines</source>
            <translation>长行换行</translation>
        </message>
        <message>
            <source>Timestamps</source>
            <translation>时间戳</translation>
        </message>
        <message>
            <source>Previous run</source>
            <translation>上一次运行</translation>
        </message>
        <message>
            <source>Save log</source>
            <translation>保存日志</translation>
        </message>
        <message>
            <source>Following</source>
            <translation>正在跟随</translation>
        </message>
        <message>
            <source>older lines were let go</source>
            <translation>更早的行已丢弃</translation>
        </message>
        <message>
            <source>Saved to %1</source>
            <translation>已保存到 %1</translation>
        </message>
        <message>
            <source>Not saved: %1</source>
            <translation>没有保存：%1</translation>
        </message>
        <message>
            <source>How grave</source>
            <translation>严重程度</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>全部</translation>
        </message>
        <message>
            <source>Warnings and errors</source>
            <translation>警告和错误</translation>
        </message>
        <message>
            <source>Errors</source>
            <translation>错误</translation>
        </message>
        <message>
            <source>Only lines that match, or mark them among the others</source>
            <translation>只显示匹配的行，或在全部行中标出</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存</translation>
        </message>
        <message numerus="yes">
            <source>%n containers</source>
            <translation>
                <numerusform>%n 个容器</numerusform>
            </translation>
        </message>
        <message>
            <source>Waiting for pods</source>
            <translation>正在等待 Pod</translation>
        </message>
        <message numerus="yes">
            <source>%n more are not followed</source>
            <translation>
                <numerusform>另有 %n 个未跟踪</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::LogStream</name>
        <message>
            <source>The container&apos;s output ended</source>
            <translation>容器的输出已结束</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::MainWindow</name>
        <message>
            <source>F&amp;orward</source>
            <translation>前进(&amp;O)</translation>
        </message>
        <message>
            <source>&amp;Back</source>
            <translation>后退(&amp;B)</translation>
        </message>
        <message>
            <source>Slipway</source>
            <translation>Slipway</translation>
        </message>
        <message>
            <source>No cluster open</source>
            <translation>没有打开集群</translation>
        </message>
        <message>
            <source>%1 - Slipway</source>
            <translation>%1 - Slipway</translation>
        </message>
        <message>
            <source>Start or open a cluster first, then drop the YAML.</source>
            <translation>请先启动或打开一个集群，再拖入 YAML。</translation>
        </message>
        <message>
            <source>&amp;Cluster</source>
            <translation>集群(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Start the cluster</source>
            <translation>启动集群(&amp;S)</translation>
        </message>
        <message>
            <source>S&amp;top the cluster</source>
            <translation>停止集群(&amp;T)</translation>
        </message>
        <message>
            <source>&amp;Apply files…</source>
            <translation>应用文件(&amp;A)…</translation>
        </message>
        <message>
            <source>&amp;New YAML</source>
            <translation>新建 YAML(&amp;N)</translation>
        </message>
        <message>
            <source>Apply dropped YAML without asking</source>
            <translation>拖入的 YAML 不询问直接应用</translation>
        </message>
        <message>
            <source>&amp;Reconnect</source>
            <translation>重新连接(&amp;R)</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>退出(&amp;Q)</translation>
        </message>
        <message>
            <source>&amp;Object</source>
            <translation>对象(&amp;O)</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>视图(&amp;V)</translation>
        </message>
        <message>
            <source>&amp;Command palette</source>
            <translation>命令面板(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Filter</source>
            <translation>筛选(&amp;F)</translation>
        </message>
        <message>
            <source>Close the details</source>
            <translation>关闭详情</translation>
        </message>
        <message>
            <source>Go to the &amp;table</source>
            <translation>转到表格(&amp;T)</translation>
        </message>
        <message>
            <source>Close the &amp;panel</source>
            <translation>关闭面板(&amp;P)</translation>
        </message>
        <message>
            <source>Go to %1</source>
            <translation>转到 %1</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>帮助(&amp;H)</translation>
        </message>
        <message>
            <source>&amp;About Slipway</source>
            <translation>关于 Slipway(&amp;A)</translation>
        </message>
        <message>
            <source>&amp;Appearance</source>
            <translation>外观(&amp;A)</translation>
        </message>
        <message>
            <source>Theme of the system</source>
            <translation>跟随系统主题</translation>
        </message>
        <message>
            <source>Light theme</source>
            <translation>浅色主题</translation>
        </message>
        <message>
            <source>Dark theme</source>
            <translation>深色主题</translation>
        </message>
        <message>
            <source>Apply files</source>
            <translation>应用文件</translation>
        </message>
        <message>
            <source>YAML and JSON (*.yaml *.yml *.json)</source>
            <translation>YAML 和 JSON (*.yaml *.yml *.json)</translation>
        </message>
        <message>
            <source>About Slipway</source>
            <translation>关于 Slipway</translation>
        </message>
        <message>
            <source>&lt;b&gt;Slipway&lt;/b&gt;&lt;p&gt;A Kubernetes cluster in about a second, and everything in it.&lt;/p&gt;</source>
            <translation>&lt;b&gt;Slipway&lt;/b&gt;&lt;p&gt;大约一秒得到一个 Kubernetes 集群，并看到其中的一切。&lt;/p&gt;</translation>
        </message>
        <message>
            <source>Start or open a cluster first.</source>
            <translation>请先启动或打开一个集群。</translation>
        </message>
        <message>
            <source>Cluster %1</source>
            <translation>集群 %1</translation>
        </message>
        <message>
            <source>It is running.</source>
            <translation>正在运行。</translation>
        </message>
        <message>
            <source>Drop YAML, folders or kustomizations to apply them</source>
            <translation>拖入 YAML、文件夹或 kustomization 即可应用</translation>
        </message>
        <message>
            <source>This cluster is guarded against changes</source>
            <translation>此集群受保护，不可更改</translation>
        </message>
        <message>
            <source>The connection to the cluster is lost.</source>
            <translation>与集群的连接已断开。</translation>
        </message>
        <message>
            <source>Not fresh since %1</source>
            <translation>数据已过时 %1</translation>
        </message>
        <message>
            <source>Fresh</source>
            <translation>最新</translation>
        </message>
        <message>
            <source>Loading</source>
            <translation>正在加载</translation>
        </message>
        <message>
            <source>Not allowed</source>
            <translation>不允许</translation>
        </message>
        <message>
            <source>Apply a &amp;folder…</source>
            <translation>应用文件夹(&amp;F)…</translation>
        </message>
        <message>
            <source>&amp;Guard against changes</source>
            <translation>防止更改(&amp;G)</translation>
        </message>
        <message>
            <source>New &amp;window</source>
            <translation>新窗口(&amp;W)</translation>
        </message>
        <message>
            <source>&amp;Preferences</source>
            <translation>首选项(&amp;P)</translation>
        </message>
        <message>
            <source>Favourite, or not any more</source>
            <translation>收藏或取消收藏</translation>
        </message>
        <message>
            <source>Go to the &amp;sidebar</source>
            <translation>转到侧边栏(&amp;S)</translation>
        </message>
        <message>
            <source>Put the panel beside the others, or back</source>
            <translation>面板并排放置或放回</translation>
        </message>
        <message>
            <source>&amp;Layouts</source>
            <translation>布局(&amp;L)</translation>
        </message>
        <message>
            <source>&amp;Keys</source>
            <translation>按键(&amp;K)</translation>
        </message>
        <message>
            <source>Save this layout…</source>
            <translation>保存此布局…</translation>
        </message>
        <message>
            <source>Save this layout</source>
            <translation>保存此布局</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Apply a folder</source>
            <translation>应用文件夹</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>按键</translation>
        </message>
        <message>
            <source>Letters work while a table has the keyboard. In logs: 0 to 6 choose from when, T shows times, W wraps, S follows, M marks, P shows the previous run.</source>
            <translation>字母键在表格获得键盘焦点时有效。日志中：0 至 6 选择起点，T 显示时间，W 换行，S 跟随，M 标出，P 显示上次运行。</translation>
        </message>
        <message>
            <source>&amp;Frame monitor</source>
            <translation>帧监视器(&amp;F)</translation>
        </message>
        <message>
            <source>Longest stall in the last second %1 ms, since the start %2 ms</source>
            <translation>最近一秒最长停顿 %1 毫秒，启动以来 %2 毫秒</translation>
        </message>
        <message>
            <source>Open cluster %1</source>
            <translation>打开集群 %1</translation>
        </message>
        <message>
            <source>All namespaces</source>
            <translation>全部命名空间</translation>
        </message>
        <message>
            <source>Namespace %1</source>
            <translation>命名空间 %1</translation>
        </message>
        <message>
            <source>Apply the sample %1</source>
            <translation>应用示例 %1</translation>
        </message>
        <message>
            <source>New from a f&amp;orm…</source>
            <translation>用表单新建(&amp;O)…</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::NamespacePicker</name>
        <message>
            <source>Name; Return adds one that is not listed</source>
            <translation>名称；按回车可添加未列出的</translation>
        </message>
        <message>
            <source>Find a namespace</source>
            <translation>查找命名空间</translation>
        </message>
        <message>
            <source>Namespaces</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Namespaces shown; a click chooses one, the boxes several</source>
            <translation>显示的命名空间；单击选一个，勾选可选多个</translation>
        </message>
        <message>
            <source>All namespaces</source>
            <translation>全部命名空间</translation>
        </message>
        <message numerus="yes">
            <source>%n namespaces</source>
            <translation>
                <numerusform>%n 个命名空间</numerusform>
            </translation>
        </message>
        <message>
            <source>Namespace: %1</source>
            <translation>命名空间：%1</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::NewClusterDialog</name>
        <message>
            <source>New cluster</source>
            <translation>新建集群</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Driver</source>
            <translation>驱动</translation>
        </message>
        <message>
            <source>Sandboxes on this computer (native)</source>
            <translation>本机沙箱（native）</translation>
        </message>
        <message>
            <source>Docker containers</source>
            <translation>Docker 容器</translation>
        </message>
        <message>
            <source>Virtual machines (libvirt)</source>
            <translation>虚拟机（libvirt）</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>Control planes</source>
            <translation>控制平面</translation>
        </message>
        <message>
            <source>3, of which one may fail</source>
            <translation>3 个，可容忍 1 个故障</translation>
        </message>
        <message>
            <source>5, of which two may fail</source>
            <translation>5 个，可容忍 2 个故障</translation>
        </message>
        <message>
            <source>CPUs of each node</source>
            <translation>每个节点的 CPU</translation>
        </message>
        <message>
            <source>Memory of each node</source>
            <translation>每个节点的内存</translation>
        </message>
        <message>
            <source>Create</source>
            <translation>创建</translation>
        </message>
        <message>
            <source>no limit</source>
            <translation>不限</translation>
        </message>
        <message>
            <source>%1 GiB</source>
            <translation>%1 GiB</translation>
        </message>
        <message>
            <source>There is a cluster of that name already.</source>
            <translation>已有同名集群。</translation>
        </message>
        <message>
            <source>A name is made of small letters, digits and dashes.</source>
            <translation>名称由小写字母、数字和连字符组成。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::OverviewPage</name>
        <message>
            <source>Overview</source>
            <translation>概览</translation>
        </message>
        <message>
            <source>Needs attention</source>
            <translation>需要注意</translation>
        </message>
        <message>
            <source>Use of the whole cluster</source>
            <translation>整个集群的用量</translation>
        </message>
        <message>
            <source>Object</source>
            <translation>对象</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>%1 ready</source>
            <translation>%1 个就绪</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pod</translation>
        </message>
        <message>
            <source>%1 running and ready, room for %2</source>
            <translation>%1 个运行且就绪，最多可容纳 %2 个</translation>
        </message>
        <message>
            <source>CPU</source>
            <translation>CPU</translation>
        </message>
        <message>
            <source>of %1 cores, %2 requested</source>
            <translation>共 %1 核，已请求 %2</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>内存</translation>
        </message>
        <message>
            <source>of %1, %2 requested</source>
            <translation>共 %1，已请求 %2</translation>
        </message>
        <message>
            <source>allocatable</source>
            <translation>可分配</translation>
        </message>
        <message>
            <source>Everything is well.</source>
            <translation>一切正常。</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>还有 %n 个</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::PanelDocks</name>
        <message>
            <source>Logs</source>
            <translation>日志</translation>
        </message>
        <message>
            <source>Terminal</source>
            <translation>终端</translation>
        </message>
        <message>
            <source>YAML</source>
            <translation>YAML</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::PortForward</name>
        <message>
            <source>kubectl is not installed.</source>
            <translation>没有安装 kubectl。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::PortForwards</name>
        <message>
            <source>The forward to %1 has broken: %2</source>
            <translation>到 %1 的转发已断开：%2</translation>
        </message>
        <message>
            <source>This cluster is guarded: ports are not forwarded.</source>
            <translation>此集群受保护：不转发端口。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::RemotePanel</name>
        <message>
            <source>Repository</source>
            <translation>仓库</translation>
        </message>
        <message>
            <source>Branch</source>
            <translation>分支</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Address of the repository</source>
            <translation>仓库的地址</translation>
        </message>
        <message>
            <source>Folder of the history</source>
            <translation>历史所在的文件夹</translation>
        </message>
        <message>
            <source>Use this branch</source>
            <translation>使用此分支</translation>
        </message>
        <message>
            <source>Fetch</source>
            <translation>获取</translation>
        </message>
        <message>
            <source>Pull</source>
            <translation>拉取</translation>
        </message>
        <message>
            <source>Push</source>
            <translation>推送</translation>
        </message>
        <message>
            <source>Use another repository…</source>
            <translation>使用其他仓库…</translation>
        </message>
        <message>
            <source>Watch the branch and deploy what changes there</source>
            <translation>关注此分支，并部署其中的更改</translation>
        </message>
        <message>
            <source>It is looked at once a minute. What is new is checked by the server and applied when everything passes; else it is shown. Nothing is deleted without asking.</source>
            <translation>每分钟查看一次。新内容由服务器检查，全部通过时应用，否则显示出来。不询问就不会删除任何东西。</translation>
        </message>
        <message>
            <source>The history is kept on this computer only.</source>
            <translation>历史只保存在本机上。</translation>
        </message>
        <message>
            <source>Talking to the repository</source>
            <translation>正在与仓库通信</translation>
        </message>
        <message>
            <source>Both have the same.</source>
            <translation>两边一致。</translation>
        </message>
        <message numerus="yes">
            <source>%n commit(s) only here</source>
            <translation>
                <numerusform>%n 个提交只在这里</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n commit(s) only there</source>
            <translation>
                <numerusform>%n 个提交只在那里</numerusform>
            </translation>
        </message>
        <message>
            <source>looked %1 ago</source>
            <translation>%1 前查看过</translation>
        </message>
        <message>
            <source>A repository that is there already</source>
            <translation>已有的仓库</translation>
        </message>
        <message>
            <source>The history is kept in %1 from the next time this cluster is opened.</source>
            <translation>从下次打开此集群起，历史保存在 %1 中。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ResourcePage</name>
        <message>
            <source>Columns as they were</source>
            <translation>恢复默认列</translation>
        </message>
        <message>
            <source>Filter   /</source>
            <translation>筛选   /</translation>
        </message>
        <message>
            <source>Filter rows</source>
            <translation>筛选行</translation>
        </message>
        <message>
            <source>Loading</source>
            <translation>正在加载</translation>
        </message>
        <message>
            <source>Live</source>
            <translation>实时</translation>
        </message>
        <message>
            <source>Not allowed</source>
            <translation>没有权限</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 / %2</translation>
        </message>
        <message numerus="yes">
            <source>, %n selected</source>
            <translation>
                <numerusform>，已选 %n 项</numerusform>
            </translation>
        </message>
        <message>
            <source>No row matches the filter.</source>
            <translation>没有符合筛选条件的行。</translation>
        </message>
        <message>
            <source>The server does not allow this list.</source>
            <translation>服务器不允许列出这些对象。</translation>
        </message>
        <message>
            <source>The cluster cannot be reached.</source>
            <translation>无法连接集群。</translation>
        </message>
        <message>
            <source>Nothing here yet. Drop a YAML file on the window to create something.</source>
            <translation>这里还没有内容。把 YAML 文件拖到窗口上即可创建。</translation>
        </message>
        <message>
            <source>Nothing in namespace %1.</source>
            <translation>命名空间 %1 中没有内容。</translation>
        </message>
        <message>
            <source>Disconnected for %1, reconnecting</source>
            <translation>已断开 %1，正在重连</translation>
        </message>
        <message>
            <source>What is shown may be old.</source>
            <translation>显示的内容可能已过时。</translation>
        </message>
        <message>
            <source>Text or regular expression; ! in front turns it round; -l app=web filters by labels, -f status.phase=Running by fields</source>
            <translation>文本或正则表达式；前加 ! 取反；-l app=web 按标签过滤，-f status.phase=Running 按字段过滤</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::RightsPage</name>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Verb</source>
            <translation>动词</translation>
        </message>
        <message>
            <source>Resource, as in deployments.apps or pods/log</source>
            <translation>资源，如 deployments.apps 或 pods/log</translation>
        </message>
        <message>
            <source>Rights</source>
            <translation>权限</translation>
        </message>
        <message>
            <source>Verbs</source>
            <translation>动词</translation>
        </message>
        <message>
            <source>Resources</source>
            <translation>资源</translation>
        </message>
        <message>
            <source>API groups</source>
            <translation>API 组</translation>
        </message>
        <message>
            <source>Names</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Yes, you may %1 %2.</source>
            <translation>可以，你可以 %1 %2。</translation>
        </message>
        <message>
            <source>No, you may not %1 %2.</source>
            <translation>不可以，你不能 %1 %2。</translation>
        </message>
        <message>
            <source>Rights in</source>
            <translation>权限，命名空间</translation>
        </message>
        <message>
            <source>To</source>
            <translation>操作</translation>
        </message>
        <message>
            <source>May I?</source>
            <translation>我可以吗？</translation>
        </message>
        <message>
            <source>Who may?</source>
            <translation>谁可以？</translation>
        </message>
        <message>
            <source>What you may do</source>
            <translation>您可以做什么</translation>
        </message>
        <message>
            <source>Who may</source>
            <translation>谁可以</translation>
        </message>
        <message>
            <source>Subject</source>
            <translation>主体</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Role</source>
            <translation>角色</translation>
        </message>
        <message>
            <source>Given by</source>
            <translation>授予者</translation>
        </message>
        <message>
            <source>Only for</source>
            <translation>仅限</translation>
        </message>
        <message numerus="yes">
            <source>%n may %1 %2, as roles and bindings say.</source>
            <translation>
                <numerusform>根据角色和绑定，%n 个主体可以 %1 %2。</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ScaleSlider</name>
        <message>
            <source>Replicas</source>
            <translation>副本</translation>
        </message>
        <message>
            <source>Number of replicas</source>
            <translation>副本数量</translation>
        </message>
        <message>
            <source>%1 of %2 ready</source>
            <translation>%1 / %2 就绪</translation>
        </message>
        <message>
            <source>%1 of %2 ready, working on it</source>
            <translation>%1 / %2 就绪，正在调整</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::SchemaForm</name>
        <message>
            <source>Form</source>
            <translation>表单</translation>
        </message>
        <message>
            <source>Remove %1</source>
            <translation>移除 %1</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>添加</translation>
        </message>
        <message>
            <source>Add a member</source>
            <translation>添加成员</translation>
        </message>
        <message>
            <source>Add to %1</source>
            <translation>添加到 %1</translation>
        </message>
        <message>
            <source>Name of %1</source>
            <translation>%1 的名称</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::Sidebar</name>
        <message>
            <source>Navigation</source>
            <translation>导航</translation>
        </message>
        <message>
            <source>Clusters</source>
            <translation>集群</translation>
        </message>
        <message>
            <source>This cluster</source>
            <translation>此集群</translation>
        </message>
        <message>
            <source>Favourites</source>
            <translation>收藏</translation>
        </message>
        <message>
            <source>Take from the favourites</source>
            <translation>取消收藏</translation>
        </message>
        <message>
            <source>Add to the favourites</source>
            <translation>加入收藏</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::StartPage</name>
        <message>
            <source>%1 s</source>
            <translation>%1 秒</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>打开</translation>
        </message>
        <message>
            <source>Stopping %1</source>
            <translation>正在停止 %1</translation>
        </message>
        <message>
            <source>Stop the cluster</source>
            <translation>停止集群</translation>
        </message>
        <message>
            <source>Delete the cluster</source>
            <translation>删除集群</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <source>Show pods</source>
            <translation>查看 Pod</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>启动</translation>
        </message>
        <message>
            <source>Show the pods</source>
            <translation>查看 Pod</translation>
        </message>
        <message>
            <source>Start the cluster</source>
            <translation>启动集群</translation>
        </message>
        <message>
            <source>Your cluster is running</source>
            <translation>您的集群正在运行</translation>
        </message>
        <message>
            <source>Your cluster has died</source>
            <translation>您的集群已意外终止</translation>
        </message>
        <message>
            <source>Your cluster is stopped</source>
            <translation>您的集群已停止</translation>
        </message>
        <message>
            <source>A Kubernetes cluster in a second</source>
            <translation>一秒得到 Kubernetes 集群</translation>
        </message>
        <message>
            <source>Its API server answers at %1</source>
            <translation>API 服务器地址：%1</translation>
        </message>
        <message>
            <source>Everything in it is kept. Start continues where it stopped.</source>
            <translation>其中的一切都已保留，启动后从停止处继续。</translation>
        </message>
        <message>
            <source>No Docker, no virtual machine, no network needed. It runs on this computer, by itself.</source>
            <translation>无需 Docker、虚拟机或网络，独立运行在这台计算机上。</translation>
        </message>
        <message>
            <source>Starting your cluster</source>
            <translation>正在启动您的集群</translation>
        </message>
        <message>
            <source>Done in %1</source>
            <translation>用时 %1</translation>
        </message>
        <message>
            <source>Delete the cluster?</source>
            <translation>删除集群？</translation>
        </message>
        <message>
            <source>Delete the cluster &quot;%1&quot; and everything in it?</source>
            <translation>删除集群“%1”及其中的一切？</translation>
        </message>
        <message>
            <source>Its data cannot be brought back.</source>
            <translation>其数据无法恢复。</translation>
        </message>
        <message>
            <source>Deleting %1</source>
            <translation>正在删除 %1</translation>
        </message>
        <message>
            <source>Clusters of your kubeconfig</source>
            <translation>kubeconfig 中的集群</translation>
        </message>
        <message>
            <source>Contexts of the kubeconfig</source>
            <translation>kubeconfig 的上下文</translation>
        </message>
        <message>
            <source>Context</source>
            <translation>上下文</translation>
        </message>
        <message>
            <source>Cluster</source>
            <translation>集群</translation>
        </message>
        <message>
            <source>User</source>
            <translation>用户</translation>
        </message>
        <message>
            <source>Guarded</source>
            <translation>保护</translation>
        </message>
        <message>
            <source>A guarded cluster is only looked at: nothing in it can be changed</source>
            <translation>受保护的集群只能查看，不能更改</translation>
        </message>
        <message>
            <source>Resuming %1</source>
            <translation>正在恢复 %1</translation>
        </message>
        <message>
            <source>Pausing %1</source>
            <translation>正在暂停 %1</translation>
        </message>
        <message>
            <source>Adding a node to %1</source>
            <translation>正在为 %1 添加节点</translation>
        </message>
        <message>
            <source>New cluster…</source>
            <translation>新建集群…</translation>
        </message>
        <message>
            <source>Add a node</source>
            <translation>添加节点</translation>
        </message>
        <message>
            <source>Clusters on this computer</source>
            <translation>本机的集群</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>Driver</source>
            <translation>驱动</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>运行中</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>已暂停</translation>
        </message>
        <message>
            <source>Died</source>
            <translation>已崩溃</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>已停止</translation>
        </message>
        <message>
            <source>Creating %1</source>
            <translation>正在创建 %1</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>恢复</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>暂停</translation>
        </message>
        <message>
            <source>Your cluster is paused</source>
            <translation>你的集群已暂停</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::TerminalPanel</name>
        <message>
            <source>Open again</source>
            <translation>重新打开</translation>
        </message>
        <message>
            <source>Terminal in %1</source>
            <translation>%1 中的终端</translation>
        </message>
        <message>
            <source>Opening a shell in %1 / %2</source>
            <translation>正在打开 %1 / %2 的终端</translation>
        </message>
        <message>
            <source>The shell has ended.</source>
            <translation>终端已结束。</translation>
        </message>
        <message>
            <source>The shell has ended with exit code %1.</source>
            <translation>终端已结束，退出码 %1。</translation>
        </message>
        <message>
            <source>Attaching to %1 / %2</source>
            <translation>正在附加到 %1 / %2</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::TimeChart</name>
        <message>
            <source>CPU, cores</source>
            <translation>CPU，核</translation>
        </message>
        <message>
            <source>no measurement yet</source>
            <translation>尚无度量</translation>
        </message>
        <message>
            <source>requested %1</source>
            <translation>已请求 %1</translation>
        </message>
        <message>
            <source>Memory, GiB</source>
            <translation>内存，GiB</translation>
        </message>
        <message>
            <source>Memory, MiB</source>
            <translation>内存，MiB</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::TimeMachinePage</name>
        <message>
            <source>Revision %1</source>
            <translation>版本 %1</translation>
        </message>
        <message>
            <source>Time machine</source>
            <translation>时光机</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>Revision</source>
            <translation>版本</translation>
        </message>
        <message>
            <source>Objects at that revision</source>
            <translation>该版本时的对象</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Compared with now</source>
            <translation>与现在相比</translation>
        </message>
        <message>
            <source>Bring this one back</source>
            <translation>恢复此对象</translation>
        </message>
        <message>
            <source>Bring all of them back</source>
            <translation>全部恢复</translation>
        </message>
        <message>
            <source>The server does not remember that far back.</source>
            <translation>服务器没有保留这么早的记录。</translation>
        </message>
        <message>
            <source>Was different</source>
            <translation>当时不同</translation>
        </message>
        <message>
            <source>Is gone now</source>
            <translation>现已不存在</translation>
        </message>
        <message>
            <source>Came later</source>
            <translation>后来才有</translation>
        </message>
        <message>
            <source>Is the same</source>
            <translation>相同</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) were different then</source>
            <translation>
                <numerusform>当时有 %n 个对象不同</numerusform>
            </translation>
        </message>
        <message>
            <source>From then to now</source>
            <translation>从当时到现在</translation>
        </message>
        <message>
            <source>It is the same now.</source>
            <translation>现在仍然相同。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::TopologyPage</name>
        <message>
            <source>Ingresses</source>
            <translation>Ingress</translation>
        </message>
        <message>
            <source>Services</source>
            <translation>Service</translation>
        </message>
        <message>
            <source>Workloads</source>
            <translation>工作负载</translation>
        </message>
        <message>
            <source>Pods</source>
            <translation>Pod</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>节点</translation>
        </message>
        <message>
            <source>Topology</source>
            <translation>拓扑</translation>
        </message>
        <message>
            <source>All namespaces</source>
            <translation>全部命名空间</translation>
        </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Show all of it</source>
            <translation>显示全部</translation>
        </message>
        <message numerus="yes">
            <source>%n objects</source>
            <translation>
                <numerusform>%n 个对象</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::UsageChart</name>
        <message>
            <source>This cluster answers neither for metrics.k8s.io nor with a Prometheus, so there is nothing to draw.</source>
            <translation>此集群既不提供 metrics.k8s.io，也没有 Prometheus，因此没有可绘制的内容。</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::Workspace</name>
        <message numerus="yes">
            <source>%n object(s) changed</source>
            <translation>
                <numerusform>已更改 %n 个对象</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 scaled to %2</source>
            <translation>%1 已扩缩到 %2</translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) deleted</source>
            <translation>
                <numerusform>已删除 %n 个对象</numerusform>
            </translation>
        </message>
        <message>
            <source>Shell</source>
            <translation>终端</translation>
        </message>
        <message>
            <source>Container of %1</source>
            <translation>%1 的容器</translation>
        </message>
        <message>
            <source>%1 applied</source>
            <translation>%1 已应用</translation>
        </message>
        <message>
            <source>Applied</source>
            <translation>已应用</translation>
        </message>
        <message>
            <source>New YAML</source>
            <translation>新建 YAML</translation>
        </message>
        <message>
            <source>Delete?</source>
            <translation>删除？</translation>
        </message>
        <message numerus="yes">
            <source>Delete %n object(s) from %1?</source>
            <translation>
                <numerusform>从 %1 删除 %n 个对象？</numerusform>
            </translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>What can be done with the selected objects</source>
            <translation>可对所选对象执行的操作</translation>
        </message>
        <message numerus="yes">
            <source>%n objects</source>
            <translation>
                <numerusform>%n 个对象</numerusform>
            </translation>
        </message>
        <message>
            <source>Attach</source>
            <translation>附加</translation>
        </message>
        <message numerus="yes">
            <source>%n other object(s) will go with it:</source>
            <translation>
                <numerusform>另有 %n 个对象会一并删除：</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::YamlAssist</name>
        <message>
            <source>What fits here</source>
            <translation>此处可填</translation>
        </message>
    </context>
</TS>
