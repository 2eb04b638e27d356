using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Pages;

/// <summary>Renders the first page: one file without a script, as long as there is nothing to plot; nothing is fetched from elsewhere.</summary>
internal static class HomePage
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#17211d;--soft:#5c6a64;--paper:#fbfbf9;--card:#fff;--line:#e2e5e0;--accent:#0f7a5a;--bad:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ink:#e6ece8;--soft:#96a59d;--paper:#121614;--card:#1a201d;--line:#2b332f;--accent:#4fd1a5;--bad:#ff8a80}}
        *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:68rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}h1{font-size:2rem;margin:0;letter-spacing:-.02em}
        h2{font-size:1.15rem;margin:2.25rem 0 .75rem}h3{font-size:.8rem;margin:1.25rem 0 .25rem;color:var(--soft);text-transform:uppercase;letter-spacing:.07em}
        p{margin:.35rem 0;color:var(--soft)}a{color:var(--accent)}.state{display:inline-block;border-radius:1rem;padding:.1rem .75rem;border:1px solid currentColor;font-size:.85rem}
        .good{color:var(--accent)}.bad{color:var(--bad)}.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.75rem;margin:1.5rem 0 0}
        .facts div,section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.8rem 1rem}.facts b{display:block;font-size:1.3rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        .facts span{color:var(--soft);font-size:.85rem}section{margin:1rem 0;overflow-x:auto}section>b{font-size:1.1rem}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
        tr:last-child td{border-bottom:0}th{font-size:.8rem;font-weight:600;color:var(--soft)}td.n,th.n{text-align:right}code,pre{font:13px/1.6 ui-monospace,monospace}
        pre{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem;overflow-x:auto;margin:0}
        """;

    /// <summary>The page as HTML; every text in it is escaped.</summary>
    internal static string Render(HomePageContent content)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append(!content.HasStreams && content.Sections.Any(static section => !section.Ledgers.IsEmpty) ? "<meta http-equiv=\"refresh\" content=\"5\">" : "")
            .Append("<title>OrleansTemporal</title><style>")
            .Append(Style)
            .Append(content.HasStreams ? HomePagePlot.Style : "")
            .Append("</style>")
            .Append(content.HasStreams ? HomePagePlot.Head : "")
            .Append("<main><h1>OrleansTemporal</h1><p>A state service that never forgets. ");
        html.Append(content.Fault is null
            ? "<span class=\"state good\">ready</span>"
            : $"<span class=\"state bad\">not ready: {Escape(content.Fault)}</span>");
        html.Append("</p>");
        AppendFacts(html, content);
        HomePagePlot.Append(html, content);
        AppendWorkspaces(html, content);
        AppendCommands(html, content.Address);
        return html.Append("</main></html>").ToString();
    }

    private static void AppendFacts(StringBuilder html, HomePageContent content)
    {
        if (content.Log is not { } log)
        {
            return;
        }

        html.Append("<div class=\"facts\">");
        Fact(html, content.Sections.Count.ToString(CultureInfo.InvariantCulture), "workspaces");
        Fact(html, Count(content.Sections.Sum(section => section.Namespaces.Sum(info => info.LiveKeyCount))), "keys");
        Fact(html, Bytes(log.Bytes), $"journal in {Count(log.FileCount)} file{(log.FileCount == 1 ? "" : "s")}, {Count(log.FlushCount)} flushes");
        Fact(html, log.IsWritable ? "writable" : "read-only", log.Fault ?? "log");
        var time = content.SystemTime.ToString();
        Fact(html, time[11..23], $"{time[..10]}, system time");
        html.Append("</div>");
    }

    private static void AppendWorkspaces(StringBuilder html, HomePageContent content)
    {
        html.Append("<h2>Workspaces</h2>");
        foreach (var section in content.Sections)
        {
            var (workspace, namespaces, agents) = section;
            html.Append("<section><b>").Append(Escape(workspace.Name)).Append("</b> <p>").Append(workspace.Durability == Causality.Durability.Durable
                ? "acknowledged means durable"
                : "buffered: a crash may take the newest writes").Append("</p>");
            if (namespaces.IsEmpty)
            {
                html.Append("<p>Nothing here yet. The first key makes its namespace.</p>");
            }
            else
            {
                html.Append("<h3>Namespaces</h3><table><tr><th>name<th class=\"n\">keys<th class=\"n\">versions<th class=\"n\">bytes written");
                foreach (var info in namespaces)
                {
                    html.Append($"<tr><td><a href=\"/v1/{Escape(workspace.Name)}/kv/{Escape(info.Name)}\">{Escape(info.Name)}</a><td class=\"n\">{Count(info.LiveKeyCount)}<td class=\"n\">{Count(info.VersionCount)}<td class=\"n\">{Bytes(info.ValueBytes)}");
                }

                html.Append("</table>");
            }

            AppendLedgers(html, section);
            AppendAgents(html, agents);
            html.Append("</section>");
        }
    }

    // Scores decay while one looks: the page comes again every five seconds, unless somebody is plotting on it.
    private static void AppendLedgers(StringBuilder html, HomePageContent.Section section)
    {
        foreach (var (info, leaders) in section.Ledgers)
        {
            var signal = info.Schema.Types[0];
            html.Append($"<h3>Ledger <a href=\"/v1/{Escape(section.Workspace.Name)}/signals/{Escape(info.Name)}\">{Escape(info.Name)}</a>, {Count(info.Stats.EntityCount)} entities</h3>");
            if (leaders.IsEmpty)
            {
                html.Append($"<p>No {Escape(signal.Name)} yet.</p>");
                continue;
            }

            html.Append($"<table><tr><th>leaders<th class=\"n\">{Escape(signal.Name)}, half of it left after {Escape(signal.HalfLife.Text)}<th style=\"width:50%\">");
            foreach (var rank in leaders)
            {
                var width = (int)Math.Round(100 * rank.Value / leaders[0].Value);
                html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Escape(rank.Entity)}<td class=\"n\">{rank.Value:G9}<td><div style=\"background:var(--accent);height:.6rem;width:{width}%\"></div>");
            }

            html.Append("</table>");
        }
    }

    private static void AppendAgents(StringBuilder html, System.Collections.Immutable.ImmutableArray<Agents.AgentStatus> agents)
    {
        if (agents.IsEmpty)
        {
            return;
        }

        html.Append("<h3>Newest agents</h3><table><tr><th>agent<th class=\"n\">sequence<th>root<th class=\"n\">hot<th class=\"n\">warm<th>last change");
        foreach (var agent in agents)
        {
            var root = agent.Root.ToString();
            html.Append($"<tr><td>{Escape(agent.Agent.ToString())}<td class=\"n\">{Count(agent.Sequence)}<td><code title=\"{root}\">{root[..16]}…</code><td class=\"n\">{Bytes(agent.HotBytes)}<td class=\"n\">{Bytes(agent.WarmBytes)}<td>{(agent.Sequence == 0 ? "never" : agent.SystemTime.ToString()[..23])}");
        }

        html.Append("</table>");
    }

    private static void AppendCommands(StringBuilder html, string address)
    {
        var users = $"{address}/v1/default/kv/users";
        html.Append("<h2>Try it</h2><pre>").Append(Escape(
            $$"""
            curl -X PUT {{users}}/ada -d '{"name":"Ada","born":1815}'
            curl {{users}}/ada
            curl -X PUT {{users}}/ada -d '{"name":"Ada Lovelace","born":1815}'
            curl '{{users}}/ada?asOf=1'
            curl {{users}}/ada/history
            """)).Append("</pre><p>The whole surface: <a href=\"/openapi/v1.json\">OpenAPI</a> · <a href=\"/health/ready\">readiness</a> · <a href=\"/v1\">workspaces</a></p>");
    }

    private static void Fact(StringBuilder html, string value, string name) =>
        html.Append("<div><b>").Append(Escape(value)).Append("</b><span>").Append(Escape(name)).Append("</span></div>");

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(long value) => value switch
    {
        < 1 << 10 => $"{value} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{value / 1024.0:0.0} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{value / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1073741824.0:0.0} GiB"),
    };

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);
}
