using System.CommandLine;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Import;
using OrleansTemporal.Rendering;
using OrleansTemporal.Signals;
using Spectre.Console;

namespace OrleansTemporal.Commands;

internal static partial class SignalsCommand
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Limits.JsonDepthMax, AllowDuplicateProperties = false };

    private static ExampleCommand Get(SessionStart start)
    {
        var ledger = Ledger();
        var entities = new Argument<string[]>("entity") { Description = "One entity, or several.", Arity = ArgumentArity.OneOrMore };
        var at = TimeOption("--at", "The moment that is asked about; now when absent.");
        var asOf = Moments.AsOfOption("--as-of", "As it was known then.");
        var profile = new Option<string?>("--profile") { Description = "The value of this rank profile instead of the signals, best first.", HelpName = "name" };
        var command = new ExampleCommand(
            "get",
            "Print scores, counts and velocities of entities.",
            "otemporal signals get videos v1",
            "otemporal signals get videos v1 --at 2026-01-02T12:00:00Z --as-of 2026-01-02",
            "otemporal signals get videos v1 v2 v3 --profile hot")
        {
            ledger, entities, at, asOf, profile,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new SignalQuery { Entities = [.. session.Get(entities)], At = session.Get(at), AsOf = session.Get(asOf), Profile = session.Get(profile) };
            var target = await session.OpenAsync(cancellationToken);
            var answer = await target.ReadSignalsAsync(session.Get(ledger), query, cancellationToken);
            var readings = query.Profile is null ? answer.Readings.AsEnumerable() : answer.Readings.OrderByDescending(static reading => reading.Value);
            if (session.Answers.IsJson)
            {
                foreach (var reading in readings)
                    session.Answers.WriteJson(json => SignalShapes.WriteReading(json, reading, answer));
            }
            else
            {
                session.Answers.WriteTable(query.Profile is null ? TableOf(readings) : TableOf(readings.Select(static reading => new SignalRank(reading.Entity, reading.Value ?? 0))));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Top(SessionStart start)
    {
        var ledger = Ledger();
        var signal = new Option<string?>("--signal") { Description = "Rank by this signal.", HelpName = "name" };
        var profile = new Option<string?>("--profile") { Description = "Rank by this profile.", HelpName = "name" };
        var by = new Option<SignalRankBy>("--by") { Description = "What of the signal: score, count or velocity." };
        var window = Moments.DurationOption("--window", "Over which time events are counted, whole minutes up to 1h or whole hours up to 7d; all of it when absent.");
        var halfLife = Moments.DurationOption("--half-life", "Which of the type's half-lives the score has.");
        var count = new Option<int>("-k", "--count") { Description = "How many.", HelpName = "count", DefaultValueFactory = static _ => new SignalTopQuery().K };
        var at = TimeOption("--at", "The moment that is asked about; now when absent.");
        var asOf = Moments.AsOfOption("--as-of", "As it was known then.");
        var command = new ExampleCommand(
            "top",
            "Print the leaders of a ledger.",
            "otemporal signals top videos --signal view",
            "otemporal signals top videos --profile hot -k 3",
            "otemporal signals top videos --signal view --by velocity --window 1h")
        {
            ledger, signal, profile, by, window, halfLife, count, at, asOf,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new SignalTopQuery
            {
                Signal = session.Get(signal),
                Profile = session.Get(profile),
                By = session.Get(by),
                Window = session.Get(window),
                HalfLife = session.Get(halfLife),
                K = session.Get(count),
                At = session.Get(at),
                AsOf = session.Get(asOf),
            };
            var target = await session.OpenAsync(cancellationToken);
            var top = await target.TopSignalsAsync(session.Get(ledger), query, cancellationToken);
            if (session.Answers.IsJson)
            {
                foreach (var rank in top.Ranks)
                    session.Answers.WriteJson(json => SignalShapes.WriteRank(json, rank));
            }
            else
            {
                session.Answers.WriteTable(TableOf(top.Ranks));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Table TableOf(IEnumerable<SignalReading> readings)
    {
        var table = new Table().AddColumn("entity").AddColumn("signal").AddColumn("score", RightAligned).AddColumn("events", RightAligned).AddColumn("sum", RightAligned).AddColumn("in windows").AddColumn("last event");
        foreach (var reading in readings)
        {
            foreach (var values in reading.Signals)
            {
                string[] cells =
                [
                    Words.Excerpt(reading.Entity, Limits.KeyBytesMax),
                    values.Signal,
                    string.Join("  ", values.Scores.Select(static score => $"{Number(score.Value)} ({score.HalfLife.Text})")),
                    Words.Count(values.Count),
                    Number(values.Sum),
                    string.Join("  ", values.Windows.Select(static window => $"{window.Window.Text}: {window.Count}")),
                    values.LastEvent?.ToString() ?? "",
                ];
                table.AddRow([.. cells.Select(static cell => new Text(cell))]);
            }
        }

        return table;
    }

    private static Table TableOf(IEnumerable<SignalRank> ranks)
    {
        var table = new Table().AddColumn("entity").AddColumn("value", RightAligned);
        foreach (var rank in ranks)
            table.AddRow(new Text(Words.Excerpt(rank.Entity, Limits.KeyBytesMax)), new Text(Number(rank.Value)));
        return table;
    }

    private static SignalSchema Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return SignalSchemaJson.Read(document.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"The definition is not JSON: {malformed.Message}", malformed);
        }
    }

    private static SignalEvent ParseEvent(ImportRow row)
    {
        if (row.Refusal is { } refusal)
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"Line {row.Line} is no event: {refusal}");

        try
        {
            using var document = JsonDocument.Parse(row.Json, Strict);
            var root = document.RootElement;
            return new SignalEvent
            {
                Entity = TextOf(root, "entity") ?? throw new FormatException("it names no entity"),
                Signal = TextOf(root, "signal") ?? throw new FormatException("it names no signal"),
                Weight = root.TryGetProperty("weight", out var weight) ? weight.GetDouble() : 1,
                Time = TextOf(root, "time") is not { } time ? null : EventTime.TryParse(time, out var instant) ? instant : throw new FormatException($"'{time}' is no instant"),
                Id = TextOf(root, "id"),
            };
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"Line {row.Line} is no event: {malformed.Message}.", malformed);
        }
    }

    private static string? TextOf(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;
}
