using System.CommandLine;
using System.Globalization;
using OrleansTemporal.Rendering;
using OrleansTemporal.Timelines;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <content>Components that change together.</content>
internal static partial class TimelineCommand
{
    private static ExampleCommand Together(SessionStart start)
    {
        var (name, branch) = (Name(), BranchOption());
        var (from, to) = SpanOptions();
        var by = new Option<string>("--by") { Description = "What is measured: coOccurrence, lift or correlation.", DefaultValueFactory = static _ => "coOccurrence" };
        by.AcceptOnlyFromAmong("coOccurrence", "lift", "correlation");
        var threshold = new Option<double>("--threshold") { Description = "Pairs with at least this.", DefaultValueFactory = static _ => CoOccurrenceQuery.ThresholdDefault };
        var components = new Option<int>("--components") { Description = $"Components that are compared, those that changed most often: 2 to {Limits.CoOccurrenceComponentsMax}.", DefaultValueFactory = static _ => CoOccurrenceQuery.ComponentsDefault };
        var command = new ExampleCommand(
            "together",
            "Find components that change in the same steps, two by two and in groups.",
            "otemporal timeline together w",
            "otemporal timeline together w --by correlation --threshold 0.9 --from 2026-01-01")
        {
            name, branch, from, to, by, threshold, components,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var query = new CoOccurrenceQuery
            {
                Span = new TimelineSpan { Branch = session.Get(branch)!, From = session.Get(from), To = session.Get(to) },
                By = Enum.Parse<CoOccurrenceMeasure>(session.Get(by)!, ignoreCase: true),
                Threshold = session.Get(threshold),
                Components = session.Get(components),
            };
            var found = await target.Timelines.FindTogetherAsync(session.Get(name), query, cancellationToken);
            if (session.Answers.IsJson)
            {
                session.Answers.WriteJson(json => WriteTogether(json, found));
                return ExitCodes.Ok;
            }

            session.Answers.WriteLine($"{Words.Count(found.PairCount)} pairs of {Words.Count(found.ComponentCount)} components over {Words.Count(found.StepCount)} steps, in {Words.Count(found.Groups.Length)} groups");
            var table = new Table().AddColumns("components", "together", "co-occurrence", "lift", "correlation");
            foreach (var pair in found.Pairs.Take(ShownMax))
                table.AddRow(string.Create(CultureInfo.InvariantCulture, $"{pair.Left}, {pair.Right}"), Words.Count(pair.Together), Short(pair.CoOccurrence), Short(pair.Lift), Short(pair.Correlation));
            session.Answers.WriteTable(table);
            foreach (var group in found.Groups.Take(ShownMax))
                session.Answers.WriteLine($"group of {group.Length}: {string.Join(", ", group.Take(ShownMax))}{(group.Length > ShownMax ? ", …" : "")}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Short(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static void WriteTogether(System.Text.Json.Utf8JsonWriter json, CoOccurrence found)
    {
        json.WriteStartObject();
        json.WriteNumber("steps", found.StepCount);
        json.WriteNumber("components", found.ComponentCount);
        json.WriteNumber("pairCount", found.PairCount);
        json.WriteStartArray("pairs");
        foreach (var pair in found.Pairs)
        {
            json.WriteStartObject();
            json.WriteNumber("left", pair.Left);
            json.WriteNumber("right", pair.Right);
            json.WriteNumber("together", pair.Together);
            json.WriteNumber("coOccurrence", pair.CoOccurrence);
            json.WriteNumber("lift", pair.Lift);
            json.WriteNumber("correlation", pair.Correlation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("groups");
        foreach (var group in found.Groups)
        {
            json.WriteStartArray();
            foreach (var component in group)
                json.WriteNumberValue(component);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
