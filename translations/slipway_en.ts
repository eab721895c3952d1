<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
    <context>
        <name>LabelsDialog</name>
        <message numerus="yes">
            <source>%n objects</source>
            <translation>
                <numerusform>%n object</numerusform>
                <numerusform>%n objects</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Overview</name>
        <message numerus="yes">
            <source>%n byte(s)</source>
            <translation>
                <numerusform>%n byte</numerusform>
                <numerusform>%n bytes</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ApplyDialog</name>
        <message numerus="yes">
            <source>%n object(s) refused by the check. The others can be applied.</source>
            <translation>
                <numerusform>%n object refused by the check. The others can be applied.</numerusform>
                <numerusform>%n objects refused by the check. The others can be applied.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The server accepts %n object(s).</source>
            <translation>
                <numerusform>The server accepts %n object.</numerusform>
                <numerusform>The server accepts %n objects.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) applied</source>
            <translation>
                <numerusform>%n object applied</numerusform>
                <numerusform>%n objects applied</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) were not applied.</source>
            <translation>
                <numerusform>%n object was not applied.</numerusform>
                <numerusform>%n objects were not applied.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) refused by the check.</source>
            <translation>
                <numerusform>%n object refused by the check.</numerusform>
                <numerusform>%n objects refused by the check.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ChangeJournal</name>
        <message numerus="yes">
            <source>%n object(s) changed</source>
            <translation>
                <numerusform>%n object changed</numerusform>
                <numerusform>%n objects changed</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::LogPanel</name>
        <message numerus="yes">
            <source>%n containers</source>
            <translation>
                <numerusform>%n container</numerusform>
                <numerusform>%n containers</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n more are not followed</source>
            <translation>
                <numerusform>%n more is not followed</numerusform>
                <numerusform>%n more are not followed</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::NamespacePicker</name>
        <message numerus="yes">
            <source>%n namespaces</source>
            <translation>
                <numerusform>%n namespace</numerusform>
                <numerusform>%n namespaces</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::OverviewPage</name>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::RemotePanel</name>
        <message numerus="yes">
            <source>%n commit(s) only here</source>
            <translation>
                <numerusform>%n commit only here</numerusform>
                <numerusform>%n commits only here</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n commit(s) only there</source>
            <translation>
                <numerusform>%n commit only there</numerusform>
                <numerusform>%n commits only there</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::ResourcePage</name>
        <message numerus="yes">
            <source>, %n selected</source>
            <translation>
                <numerusform>, %n selected</numerusform>
                <numerusform>, %n selected</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::RightsPage</name>
        <message numerus="yes">
            <source>%n may %1 %2, as roles and bindings say.</source>
            <translation>
                <numerusform>%n may %1 %2, as roles and bindings say.</numerusform>
                <numerusform>%n may %1 %2, as roles and bindings say.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::TimeMachinePage</name>
        <message numerus="yes">
            <source>%n object(s) were different then</source>
            <translation>
                <numerusform>%n object was different then</numerusform>
                <numerusform>%n objects were different then</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::TopologyPage</name>
        <message numerus="yes">
            <source>%n objects</source>
            <translation>
                <numerusform>%n object</numerusform>
                <numerusform>%n objects</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>slipway::ui::Workspace</name>
        <message numerus="yes">
            <source>%n object(s) changed</source>
            <translation>
                <numerusform>%n object changed</numerusform>
                <numerusform>%n objects changed</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n object(s) deleted</source>
            <translation>
                <numerusform>%n object deleted</numerusform>
                <numerusform>%n objects deleted</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Delete %n object(s) from %1?</source>
            <translation>
                <numerusform>Delete %n object from %1?</numerusform>
                <numerusform>Delete %n objects from %1?</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n objects</source>
            <translation>
                <numerusform>%n object</numerusform>
                <numerusform>%n objects</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n other object(s) will go with it:</source>
            <translation>
                <numerusform>%n other object will go with it:</numerusform>
                <numerusform>%n other objects will go with it:</numerusform>
            </translation>
        </message>
    </context>
</TS>
