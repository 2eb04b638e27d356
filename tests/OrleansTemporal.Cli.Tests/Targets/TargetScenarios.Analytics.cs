using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task streams_are_joined_scored_fitted_correlated_and_linked()
    {
        var random = new Random(1);
        var rows = new StringBuilder("t,host,usage,echo\r\n");
        for (var i = 0; i < 300; i++)
        {
            var usage = (10 * Math.Sin(i * Math.PI / 12)) + random.NextDouble() + (i == 250 ? 30 : 0);
            rows.Append(CultureInfo.InvariantCulture, $"{1_700_000_000 + (i * 60)},a,{usage:R},{-usage:R}\r\n");
        }

        await RunOkAsync(rows.ToString(), "import", "-", "--format", "csv", "--stream", "load", "--time", "t");
        var anomalies = await OkAsync("series", "anomalies", "load", "--field", "usage", "--min-score", "0.7", "--json");
        Assert.Equal("2023-11-15T02:23:20Z", JsonDocument.Parse(Assert.Single(anomalies.Lines)).RootElement.GetProperty("time").GetString());
        var trend = JsonDocument.Parse((await OkAsync("series", "trend", "load", "--field", "usage", "--horizon", "1h", "--json")).Output).RootElement;
        Assert.Equal("24m", trend.GetProperty("seasonality").GetProperty("period").GetString());
        Assert.Equal(60, trend.GetProperty("forecast").GetArrayLength());
        Assert.Contains("repeats every 24m", (await OkAsync("series", "trend", "load", "--field", "usage", "--horizon", "5m")).Output, StringComparison.Ordinal);
        Assert.Contains("echo", (await OkAsync("series", "correlations", "load", "--field", "usage", "--max-lag", "5m")).Output, StringComparison.Ordinal);
        var joined = await OkAsync("series", "join", "load", "--field", "usage", "--with", "load", "--with-field", "echo", "--on", "host", "--within", "0s", "--limit", "0", "--json");
        Assert.Equal(300, joined.Lines.Length);
        Assert.Equal(2, (await RunAsync("", "series", "join", "load", "--with", "load")).ExitCode);
        await OkAsync("series", "link", "load", "load:echo:5s");
    }

    [Fact]
    public async Task patterns_are_defined_listed_and_ended()
    {
        await OkAsync("pattern", "put", "hot", """{"threshold":{"stream":"weather","field":"temp_max","gt":35},"within":"1d","on":["location"]}""");
        var pattern = JsonDocument.Parse(Assert.Single((await OkAsync("pattern", "list", "--json")).Lines)).RootElement;
        Assert.Equal(("hot", 35.0, "1d"), (pattern.GetProperty("name").GetString(), pattern.GetProperty("threshold").GetProperty("gt").GetDouble(), pattern.GetProperty("within").GetString()));
        Assert.Contains("Threshold", (await OkAsync("pattern", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("", "pattern", "put", "bad", "{")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "pattern", "put", "bad", """{"within":"1d"}""")).ExitCode);
        await OkAsync("pattern", "delete", "hot");
        Assert.Equal(1, (await RunAsync("", "pattern", "delete", "hot")).ExitCode);
    }
}
