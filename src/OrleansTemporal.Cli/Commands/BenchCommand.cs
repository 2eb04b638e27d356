using System.CommandLine;
using System.Globalization;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal bench</c>: how fast this target writes durably and reads.</summary>
internal static class BenchCommand
{
    public static Command Create(SessionStart start)
    {
        var seconds = Number("--seconds", "Length of each phase.", 3, 1, 3_600);
        var concurrency = Number("--concurrency", "Callers at the same time.", 32, 1, 1_024);
        var valueBytes = Number("--value-bytes", "Size of each value.", 200, 16, Limits.ValueBytesMax);
        var ns = new Option<string>("--namespace", "-n") { Description = "The namespace to write to.", HelpName = "name", DefaultValueFactory = _ => "otemporal-bench" };
        var command = new ExampleCommand(
            "bench",
            "Measure puts (each acknowledged when durable) and gets against the target. The keys it writes stay.",
            "otemporal bench --data ./bench",
            "otemporal bench --url http://127.0.0.1:5080 --concurrency 64 --seconds 10 --json")
        {
            seconds, concurrency, valueBytes, ns,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var bench = new Bench(target, session.Get(ns)!, session.Get(concurrency), session.Get(valueBytes));
            var duration = TimeSpan.FromSeconds(session.Get(seconds));
            var table = new Table().AddColumn("operation").AddColumns("count", "per second", "p50", "p99");
            foreach (var phase in (Func<TimeSpan, CancellationToken, Task<BenchResult>>[])[bench.PutAsync, bench.GetAsync])
            {
                var result = await phase(duration, cancellationToken);
                if (session.Answers.IsJson)
                    session.Answers.WriteJson(json => Shape(json, result));
                else
                    table.AddRow(result.Operation, Words.Count(result.Count), Words.Count((long)result.Rate), Words.Duration(result.P50), Words.Duration(result.P99));
            }

            if (!session.Answers.IsJson)
                session.Answers.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Shape(System.Text.Json.Utf8JsonWriter json, BenchResult result)
    {
        json.WriteStartObject();
        json.WriteString("operation", result.Operation);
        json.WriteNumber("count", result.Count);
        json.WriteNumber("perSecond", Math.Round(result.Rate, 1));
        json.WriteNumber("p50Milliseconds", Math.Round(result.P50.TotalMilliseconds, 3));
        json.WriteNumber("p99Milliseconds", Math.Round(result.P99.TotalMilliseconds, 3));
        json.WriteEndObject();
    }

    private static Option<int> Number(string name, string description, int value, int min, int max) => new(name)
    {
        Description = string.Create(CultureInfo.InvariantCulture, $"{description} {min} to {max}."),
        HelpName = "number",
        DefaultValueFactory = _ => value,
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var number) && (number < min || number > max))
                    result.AddError($"{name} is {min} to {max}.");
            },
        },
    };
}
