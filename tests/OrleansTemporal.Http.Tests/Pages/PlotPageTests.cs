using System.Globalization;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Pages;

/// <summary>The first page in a real browser, with streams on it.</summary>
public sealed class PlotPageTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Drawn = "document.getElementById('plot')?.dataset.state === 'drawn'";

    [Fact]
    public async Task parts_of_the_page_are_served_by_the_server_itself()
    {
        await WriteAsync("served", 10, 0);
        var page = await server.ExpectAsync(200, "GET", "/");
        foreach (var part in new[] { "/pages/uPlot.js", "/pages/uPlot.css", "/pages/plot.js", "/pages/plot.css" })
        {
            Assert.Contains($"\"{part}\"", page.Text, StringComparison.Ordinal);
            Assert.NotEmpty((await server.ExpectAsync(200, "GET", part)).Text);
        }

        Assert.Equal("text/javascript; charset=utf-8", (await server.ExpectAsync(200, "GET", "/pages/plot.js")).Header("Content-Type"));
        Assert.Contains("MIT", (await server.ExpectAsync(200, "GET", "/pages/uPlot.LICENSE.txt")).Text, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv=\"refresh\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page.Text.Replace($"http://{server.EndPoint}", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await server.ExpectProblemAsync(404, "route_not_found", "GET", "/pages/other.js");
        await server.ExpectAsync(405, "POST", "/pages/plot.js");
    }

    [ChromiumFact]
    public async Task a_stream_is_plotted_by_group_and_as_of_before()
    {
        var first = await WriteAsync("rooms", 200, 0);
        await using var page = await Chromium.OpenAsync(server.Client.BaseAddress!.ToString());
        await page.HoldsAsync(Drawn);
        await page.AskAsync("{ const s = document.querySelector('[name=stream]'); s.value = 'default/rooms'; s.dispatchEvent(new Event('change')); }");
        await page.HoldsAsync(Drawn + " && document.querySelector('.note').textContent.includes('200 values of 1 line')");
        Assert.True((await page.AskAsync("document.querySelector('.chart canvas').width > 300")).GetBoolean());
        await page.AskAsync("{ const g = document.querySelector('[name=groupBy]'); g.value = 'room'; g.dispatchEvent(new Event('change')); }");
        await page.HoldsAsync(Drawn + " && document.querySelector('.note').textContent.includes('400 values of 2 lines')");
        Assert.Equal("time,<a>,b", (await page.AskAsync("[...document.querySelectorAll('.plot details th')].map(e => e.textContent).join()")).GetString());

        // Everything is written again with other values; the slider goes back behind it by the keyboard.
        await WriteAsync("rooms", 200, 1_000);
        await page.AskAsync("document.querySelector('[name=whole]').click()");
        await page.HoldsAsync(Drawn + " && Number(document.querySelectorAll('.plot details td')[1].textContent) >= 1000");
        await page.AskAsync("document.querySelector('[name=asOf]').focus()");
        await page.PressAsync("Home", 36);
        await page.PressAsync("ArrowRight", 39);
        await page.HoldsAsync("document.querySelector('.plot output').textContent !== 'now' && !document.querySelector('.plot').textContent.includes('1020')");
        await page.AskAsync($$"""
            (async () => {
              const [slider, created] = [document.querySelector('[name=asOf]'), Date.parse((await (await fetch('/v1/default/series/rooms')).json()).createdAt)];
              slider.value = Math.ceil(1000 * (Date.parse('{{first["systemTime"]}}') + 50 - created) / (Date.now() - created));
              slider.dispatchEvent(new Event('input'));
            })()
            """);
        await page.HoldsAsync(Drawn + " && document.querySelector('.note').textContent.includes('as known at') && Number(document.querySelectorAll('.plot details td')[1]?.textContent) < 1000");
        Assert.Empty(page.Faults);
    }

    [ChromiumFact]
    public async Task a_plot_is_legible_in_both_schemes_and_named_for_those_who_do_not_see_it()
    {
        await server.ExpectAsync(200, "POST", "/v1/default/series/weather/points", WeatherBody());
        foreach (var isDark in new[] { false, true })
        {
            await using var page = await Chromium.OpenAsync(server.Client.BaseAddress!.ToString(), isDark: isDark);
            await page.HoldsAsync(Drawn);
            await page.AskAsync("{ const s = document.querySelector('[name=stream]'); s.value = 'default/weather'; s.dispatchEvent(new Event('change')); }");
            await page.HoldsAsync(Drawn + " && document.querySelector('.note').textContent.includes('temp')");
            Assert.Equal(0, (await page.AskAsync("[...document.querySelectorAll('.plot select, .plot input')].filter(e => !e.closest('label')).length")).GetInt32());
            Assert.NotEmpty((await page.AskAsync("document.querySelector('.chart').getAttribute('aria-label')")).GetString()!);
            Assert.True((await page.AskAsync(Contrast)).GetDouble() >= 4.5);
            Assert.True((await page.AskAsync("document.documentElement.scrollWidth <= innerWidth")).GetBoolean());
            Assert.Empty(page.Faults);
        }
    }

    // WCAG 2: of what is written over what it is written on.
    private const string Contrast = """
        (() => {
          const light = (text) => text.match(/\d+(\.\d+)?/g).slice(0, 3).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const note = document.querySelector('.plot .note');
          const [one, other] = [light(getComputedStyle(note).color), light(getComputedStyle(note.parentElement).backgroundColor)];
          return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        })()
        """;

    private Task<Answer> WriteAsync(string stream, int hours, double above)
    {
        var points = Enumerable.Range(0, hours * 2).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"tags":{"room":"{{{(i % 2 == 0 ? "<a>" : "b")}}}"},"fields":{"temp":{{{20 + above + Math.Round(5 * Math.Sin(i / 30.0), 2)}}}},"time":"{{{DateTimeOffset.UnixEpoch.AddHours(i / 2):yyyy-MM-dd'T'HH:mm:ss'Z'}}}"}"""));
        return server.ExpectAsync(200, "POST", $"/v1/default/series/{stream}/points", $$"""{"points":[{{string.Join(',', points)}}]}""");
    }

    private static string WeatherBody()
    {
        var points = Enumerable.Range(0, 730).Select(static day => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"fields":{"temp_max":{{{Math.Round(16 - (9 * Math.Cos(day * Math.Tau / 365)) + (3 * Math.Sin(day * 1.7)), 1)}}}},"time":"{{{DateTimeOffset.UnixEpoch.AddDays(day + 15_340):yyyy-MM-dd}}}T00:00:00Z"}"""));
        return $$"""{"points":[{{string.Join(',', points)}}]}""";
    }
}
