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
            <source>Preparing the node's files</source>
            <translation>准备节点的文件</translation>
        </message>
        <message>
            <source>Creating the node</source>
            <translation>创建节点</translation>
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
            <source>Logs   L</source>
            <translation>日志   L</translation>
        </message>
        <message>
            <source>Shell   S</source>
            <translation>终端   S</translation>
        </message>
        <message>
            <source>Edit   E</source>
            <translation>编辑   E</translation>
        </message>
        <message>
            <source>Delete   Ctrl+D</source>
            <translation>删除   Ctrl+D</translation>
        </message>
        <message>
            <source>Close   Esc</source>
            <translation>关闭   Esc</translation>
        </message>
        <message>
            <source>Close the details</source>
            <translation>关闭详情</translation>
        </message>
        <message>
            <source>It no longer exists.</source>
            <translation>它已不存在。</translation>
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
            <source>Save   Ctrl+S</source>
            <translation>保存   Ctrl+S</translation>
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
    </context>
    <context>
        <name>slipway::ui::LogStream</name>
        <message>
            <source>The container's output ended</source>
            <translation>容器的输出已结束</translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::MainWindow</name>
    <message>
        <source>&amp;Restart the pods</source>
        <translation>重启 Pod(&amp;R)</translation>
    </message>
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
            <source>Drop YAML to apply it</source>
            <translation>松开以应用 YAML</translation>
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
            <source>&amp;Details</source>
            <translation>详情(&amp;D)</translation>
        </message>
        <message>
            <source>Show &amp;YAML</source>
            <translation>查看 YAML(&amp;Y)</translation>
        </message>
        <message>
            <source>&amp;Edit YAML</source>
            <translation>编辑 YAML(&amp;E)</translation>
        </message>
        <message>
            <source>&amp;Logs</source>
            <translation>日志(&amp;L)</translation>
        </message>
        <message>
            <source>Logs of the &amp;previous run</source>
            <translation>上一次运行的日志(&amp;P)</translation>
        </message>
        <message>
            <source>&amp;Shell</source>
            <translation>终端(&amp;S)</translation>
        </message>
        <message>
            <source>Dele&amp;te</source>
            <translation>删除(&amp;T)</translation>
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
    </context>
    <context>
        <name>slipway::ui::ResourcePage</name>
    <message>
        <source>Columns as they were</source>
        <translation>恢复默认列</translation>
    </message>
        <message>
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <source>Namespace shown</source>
            <translation>显示的命名空间</translation>
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
            <source>Text or regular expression; ! in front turns it round; -l app=web filters by labels</source>
            <translation>文字或正则表达式；前面加 ! 表示取反；-l app=web 按标签筛选</translation>
        </message>
        <message>
            <source>All namespaces</source>
            <translation>所有命名空间</translation>
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
        <name>slipway::ui::Sidebar</name>
        <message>
            <source>Navigation</source>
            <translation>导航</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>集群</translation>
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
            <source>Another cluster</source>
            <translation>其他集群</translation>
        </message>
        <message>
            <source>Context of the kubeconfig</source>
            <translation>kubeconfig 中的上下文</translation>
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
            <source>Delete the cluster "%1" and everything in it?</source>
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
    </context>
    <context>
        <name>slipway::ui::Workspace</name>
    <message numerus="yes">
        <source>%n object(s) changed</source>
        <translation><numerusform>已更改 %n 个对象</numerusform></translation>
    </message>
    <message>
        <source>Let pods come again (uncordon)</source>
        <translation>恢复调度 (uncordon)</translation>
    </message>
    <message>
        <source>Keep new pods away (cordon)</source>
        <translation>停止调度 (cordon)</translation>
    </message>
    <message>
        <source>Restart	R</source>
        <translation>重启	R</translation>
    </message>
        <message>
            <source>Logs, terminals and editors</source>
            <translation>日志、终端和编辑器</translation>
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
            <source>Details	Enter</source>
            <translation>详情	Enter</translation>
        </message>
        <message>
            <source>Logs	L</source>
            <translation>日志	L</translation>
        </message>
        <message>
            <source>Logs of the previous run	P</source>
            <translation>上一次运行的日志	P</translation>
        </message>
        <message>
            <source>Shell	S</source>
            <translation>终端	S</translation>
        </message>
        <message>
            <source>Edit YAML	E</source>
            <translation>编辑 YAML	E</translation>
        </message>
        <message>
            <source>Delete	Ctrl+D</source>
            <translation>删除	Ctrl+D</translation>
        </message>
        <message>
            <source>Close the editor?</source>
            <translation>关闭编辑器？</translation>
        </message>
        <message>
            <source>What you changed has not been applied.</source>
            <translation>您的修改还没有应用。</translation>
        </message>
        <message>
            <source>%1 has no pods.</source>
            <translation>%1 没有 Pod。</translation>
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
            <source>Close   Ctrl+W</source>
            <translation>关闭   Ctrl+W</translation>
        </message>
        <message>
            <source>Close %1</source>
            <translation>关闭 %1</translation>
        </message>
    </context>
</TS>
