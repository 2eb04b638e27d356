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
    public async Task a_stream_is_exported_as_rows_that_make_the_same_stream()
    {
        await RunAsync("place,year,t,rain,temp\r\n\"a \"\"b\"\", c\",2012,2012-01-01,0.5,\r\nd,2013,2012-01-01,,-3e100\r\nd,2012,2012-01-02,1,2\r\n", "import", "-", "--format", "csv", "--stream", "out", "--time", "t", "--tags", "year");
        var csv = (await OkAsync("series", "export", "out", "--format", "csv")).Output;
        Assert.Equal(
            "time,place,year,rain,temp\r\n"
            + "2012-01-01T00:00:00Z,\"a \"\"b\"\", c\",\"2012\",0.5,\r\n"
            + "2012-01-01T00:00:00Z,d,\"2013\",,-3E+100\r\n"
            + "2012-01-02T00:00:00Z,d,\"2012\",1,2\r\n",
            csv);
        var lines = await OkAsync("series", "export", "out");
        Assert.Equal("""{"time":"2012-01-02T00:00:00Z","place":"d","year":"2012","rain":1,"temp":2}""", lines.Lines[^1]);
        Assert.Equal(3, JsonDocument.Parse((await OkAsync("series", "export", "out", "--format", "json")).Output).RootElement.GetArrayLength());
        await RunOkAsync(csv, "import", "-", "--format", "csv", "--stream", "back", "--time", "time", "--tags", "year");
        await RunOkAsync(lines.Output, "import", "-", "--format", "ndjson", "--stream", "again", "--time", "time");
        Assert.Equal(csv, (await OkAsync("series", "export", "back", "--format", "csv")).Output);
        Assert.Equal(csv, (await OkAsync("series", "export", "again", "--format", "csv")).Output);

        await RunOkAsync("""{"place":"d","year":"2012","t":1325376000,"rain":9}""", "import", "-", "--stream", "out", "--time", "t");
        Assert.Equal(csv, (await OkAsync("series", "export", "out", "--format", "csv", "--as-of", "1")).Output);
        Assert.NotEqual(csv, (await OkAsync("series", "export", "out", "--format", "csv")).Output);
        await RunOkAsync("""{"v":"text","t":1325376000,"w":9}""" + "\n" + """{"v":1,"t":1325376000}""", "import", "-", "--stream", "same", "--time", "t");
        Assert.Equal(2, (await RunAsync("", "series", "export", "same")).ExitCode);
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

    [Fact]
    public async Task where_policy_keeps_windows_their_last_points_are_read_and_exported_when_asked_for()
    {
        var old = new DateTimeOffset(DateTimeOffset.UtcNow.AddDays(-40).Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        await WriteLoadAsync(old, 0, 1, 2, 3, 4, 5);
        await WriteLoadAsync(old.AddDays(39), 9);
        await OkAsync("lifecycle", "policy", """{"retention":[{"match":"series/*","keep":"365d","downsample":[{"after":"30d","to":"1m"}]}]}""");
        await OkAsync("lifecycle", "run", "consolidation");
        await OkAsync("lifecycle", "run", "distillation");

        var from = old.AddDays(-1).ToString("O");
        Assert.Equal(1, (await RunAsync("", "series", "points", "cpu", "--from", from)).ExitCode);
        Assert.Equal(1, (await RunAsync("", "series", "export", "cpu", "--from", from)).ExitCode);
        var points = await OkAsync("series", "points", "cpu", "--from", from, "--coarse", "--json");
        Assert.Equal(
            ["2 1m", "5 1m", "9 "],
            points.Lines.Select(line => JsonDocument.Parse(line).RootElement).Select(static point => $"{point.GetProperty("value")} {(point.TryGetProperty("resolution", out var resolution) ? resolution.GetString() : "")}"));
        Assert.Contains("resolution", (await OkAsync("series", "points", "cpu", "--coarse")).Output, StringComparison.Ordinal);
        var csv = (await OkAsync("series", "export", "cpu", "--coarse", "--format", "csv")).Output.Split("\r\n");
        Assert.Equal("time,host,load,resolution", csv[0]);
        Assert.Equal(["a,2,1m", "a,5,1m", "a,9,"], csv[1..4].Select(static line => line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..]));
        Assert.Equal("1m", JsonDocument.Parse((await OkAsync("series", "export", "cpu", "--coarse")).Lines[0]).RootElement.GetProperty("resolution").GetString());
    }

    /// <summary>Writes the load of a host, a value every 20 seconds.</summary>
    protected virtual async Task WriteLoadAsync(DateTimeOffset time, params double[] values) => await RunOkAsync(
        string.Join('\n', values.Select((value, i) => $$"""{"host":"a","t":"{{time.AddSeconds(20 * i):O}}","load":{{value}}}""")), "import", "-", "--stream", "cpu", "--time", "t");
}
