using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    private const string Weather =
        "location,date,precipitation,temp_max,weather\r\n"
        + "Seattle,2012/01/01,0.0,12.8,drizzle\r\n"
        + "Seattle,2012/01/02,10.9,10.6,rain\r\n"
        + "New York,2012/01/01,0.0,11.1,sun\r\n"
        + "New York,someday,0.0,9.4,sun\r\n"
        + "New York,2012/01/02,,8.9,sun\r\n";

    [Fact]
    public async Task a_weather_file_becomes_a_stream_that_is_read_as_of_before()
    {
        var import = await RunAsync(Weather, "import", "-", "--format", "csv", "--stream", "weather", "--time", "date", "--json");
        Assert.Equal(2, import.ExitCode);
        var report = JsonDocument.Parse(import.Output).RootElement;
        Assert.Equal((4, 1, 5), (
            report.GetProperty("written").GetInt32(), report.GetProperty("refused").GetInt32(), report.GetProperty("refusals")[0].GetProperty("line").GetInt32()));

        Assert.Contains("weather", (await OkAsync("series", "list")).Output, StringComparison.Ordinal);
        var stream = JsonDocument.Parse((await OkAsync("series", "describe", "weather", "--json")).Output).RootElement;
        Assert.Equal("""["precipitation","temp_max"]""", stream.GetProperty("fields").GetRawText());
        Assert.Equal("""["New York","Seattle"]""", stream.GetProperty("tags").GetProperty("location").GetRawText());
        Assert.Contains("4 points", (await OkAsync("series", "describe", "weather")).Output, StringComparison.Ordinal);

        var points = await OkAsync("series", "points", "weather", "--field", "temp_max", "--tag", "location=Seattle", "--json");
        Assert.Equal(
            [
                """{"time":"2012-01-01T00:00:00Z","tags":{"location":"Seattle","weather":"drizzle"},"field":"temp_max","value":12.8}""",
                """{"time":"2012-01-02T00:00:00Z","tags":{"location":"Seattle","weather":"rain"},"field":"temp_max","value":10.6}""",
            ],
            points.Lines);
        var rows = await OkAsync("series", "aggregate", "weather", "--field", "temp_max", "--fn", "max,count", "--window", "7d", "--group-by", "location", "--json");
        Assert.Equal(["11.1", "12.8"], rows.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("max").ToString()));

        Assert.Equal(3, (await OkAsync("series", "points", "weather", "--field", "temp_max", "--tag-in", "weather=drizzle,sun", "--tag-matches", "location=.*", "--json")).Lines.Length);
        Assert.Single((await OkAsync("series", "points", "weather", "--field", "temp_max", "--tag-in", "location=Boston,Seattle", "--tag-matches", "weather=r.*", "--json")).Lines);

        await RunOkAsync("""{"location":"Seattle","weather":"drizzle","date":1325376000,"temp_max":99}""", "import", "-", "--stream", "weather", "--time", "date");
        Assert.Contains("99", (await OkAsync("series", "points", "weather", "--field", "temp_max")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("99", (await OkAsync("series", "points", "weather", "--field", "temp_max", "--as-of", "1")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("", "series", "points", "nothing")).ExitCode);
    }

    [Fact]
    public async Task rows_that_are_no_points_are_named_and_the_others_written()
    {
        string[] rows =
        [
            """{"t":1325376000123,"v":1,"id":7}""", """{"t":"2012-01-01T00:00:01Z","v":true,"id":8}""", """{"v":1}""", """{"t":1,"id":9}""", """{"t":[],"v":1}""", "[1]", "{",
        ];
        var run = await RunAsync(string.Join('\n', rows), "import", "-", "--stream", "mixed", "--time", "t", "--tags", "id", "--json");
        Assert.Equal([3, 4, 5, 6, 7], JsonDocument.Parse(run.Output).RootElement.GetProperty("refusals").EnumerateArray().Select(row => row.GetProperty("line").GetInt32()));
        var points = await OkAsync("series", "points", "mixed", "--json");
        Assert.Equal(
            [
                """{"time":"2012-01-01T00:00:00.123Z","tags":{"id":"7"},"field":"v","value":1}""",
                """{"time":"2012-01-01T00:00:01Z","tags":{"id":"8"},"field":"v","value":1}""",
            ],
            points.Lines);
    }
}
