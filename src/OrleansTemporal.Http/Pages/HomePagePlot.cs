using System.Text;
using System.Text.Encodings.Web;

namespace OrleansTemporal.Pages;

/// <summary>The part of the first page that plots a stream. What is chosen is read and drawn by <c>plot.js</c>.</summary>
internal static class HomePagePlot
{
    private static readonly string[] Functions = ["avg", "min", "max", "sum", "count", "first", "last", "stddev", "p50", "p90", "p99"];
    private static readonly string[] Windows = ["1s", "10s", "1m", "5m", "15m", "1h", "6h", "1d", "7d", "30d"];

    /// <summary>Colours of lines, in both schemes apart from each other and from the paper.</summary>
    internal const string Style = """
        .plot{--line-1:#0f7a5a;--line-2:#b3541e;--line-3:#3b5bb5;--line-4:#8a2f7a;--line-5:#7a6a00;--line-6:#a3173d}
        @media(prefers-color-scheme:dark){.plot{--line-1:#4fd1a5;--line-2:#ffab70;--line-3:#9db5ff;--line-4:#e7a1dc;--line-5:#e0cf5a;--line-6:#ff9db0}}
        """;

    /// <summary>What the head of the page has for it.</summary>
    internal const string Head = "<link rel=\"stylesheet\" href=\"/pages/uPlot.css\"><link rel=\"stylesheet\" href=\"/pages/plot.css\">"
        + "<script defer src=\"/pages/uPlot.js\"></script><script defer src=\"/pages/plot.js\"></script>";

    /// <summary>Appends it; nothing where there is no stream.</summary>
    internal static void Append(StringBuilder html, HomePageContent content)
    {
        if (!content.HasStreams)
        {
            return;
        }

        html.Append("<h2 id=\"streams\">Streams</h2><section class=\"plot\" id=\"plot\" aria-labelledby=\"streams\"><form>");
        html.Append("<label>stream<select name=\"stream\">");
        foreach (var section in content.Sections)
        {
            foreach (var stream in section.Streams)
            {
                // Neither name has anything in it that a URL or an attribute would have to escape.
                html.Append($"<option value=\"{Escape(section.Workspace.Name)}/{Escape(stream)}\">{Escape(stream)}{(content.Sections.Count > 1 ? $" ({Escape(section.Workspace.Name)})" : "")}</option>");
            }
        }

        html.Append("</select></label><label>field<select name=\"field\"></select></label>");
        AppendChoice(html, "fn", "function", Functions.Select(static name => (name, name)));
        AppendChoice(html, "window", "window", Windows.Select(static size => (size, size)).Prepend(("", "fitting")));
        html.Append("<label>only<select name=\"tag\"></select></label><label>a line for each<select name=\"groupBy\"></select></label>")
            .Append("<label class=\"wide\"><span>as known <output aria-live=\"off\">now</output></span><input type=\"range\" name=\"asOf\" min=\"0\" max=\"1000\" value=\"1000\" aria-label=\"as known at this moment\"></label>")
            .Append("<button name=\"whole\" type=\"button\">All of it</button></form>")
            .Append("<p class=\"note\" role=\"status\"></p><div class=\"chart\" role=\"img\"></div>")
            .Append("<p>A part of the time is chosen by drawing over it.</p><details><summary>The values as a table</summary><table></table></details>")
            .Append("<noscript><p>Plotting needs JavaScript; the values are at <code>/v1/{workspace}/series/{stream}/points</code>.</p></noscript></section>");
    }

    private static void AppendChoice(StringBuilder html, string name, string label, IEnumerable<(string Value, string Text)> options)
    {
        html.Append($"<label>{label}<select name=\"{name}\">");
        foreach (var (value, text) in options)
        {
            html.Append($"<option value=\"{value}\">{text}</option>");
        }

        html.Append("</select></label>");
    }

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);
}
