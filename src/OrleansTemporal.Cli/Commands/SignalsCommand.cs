using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Import;
using OrleansTemporal.Rendering;
using OrleansTemporal.Signals;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal signals</c>: weighted events on entities, and what they come to.</summary>
internal static partial class SignalsCommand
{
    private const int EventsAtATime = 5_000;

    public static Command Create(SessionStart start) => new ExampleCommand(
        "signals",
        "Record weighted events on entities, and read scores that decay, counts, velocities and leaders.",
        "otemporal signals define videos '{\"types\":[{\"name\":\"view\",\"halfLife\":\"7d\"}]}'",
        "otemporal signals record videos v1 view",
        "otemporal signals get videos v1",
        "otemporal signals top videos --signal view")
    {
        Define(start), List(start), Record(start), Get(start), Top(start),
    };

    private static Argument<string> Ledger() => new("ledger") { Description = "The ledger, 1 to 128 of A-Z a-z 0-9 . _ -" };

    private static ExampleCommand Define(SessionStart start)
    {
        var ledger = Ledger();
        var json = new Argument<string>("json") { Description = "All of what the ledger counts, as JSON, @file or - for standard input." };
        var partitions = new Option<int?>("--partitions") { Description = "Agents that the entities of a new ledger are spread over.", HelpName = "count" };
        var command = new ExampleCommand(
            "define",
            "Define a ledger, or add to its definition. What is recorded keeps its meaning.",
            "otemporal signals define videos '{\"types\":[{\"name\":\"view\",\"halfLife\":\"7d\",\"windows\":[\"1h\",\"24h\"]},{\"name\":\"buy\",\"halfLife\":\"30d\"}],\"profiles\":{\"hot\":{\"view\":1,\"buy\":20}}}'",
            "otemporal signals define videos @videos.json --partitions 4")
        {
            ledger, json, partitions,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var bytes = await ValueArgument.ReadAsync(session.Get(json), session.Terminal.Input, cancellationToken);
            var schema = Parse(bytes);
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            await target.DefineLedgerAsync(session.Get(ledger), schema, session.Get(partitions), cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(writer =>
                {
                    writer.WriteStartObject();
                    SignalSchemaJson.WriteMembers(writer, schema);
                    writer.WriteEndObject();
                });
            else
                session.Answers.WriteLine($"ledger '{session.Get(ledger)}' counts {string.Join(", ", schema.Types.Select(static type => type.Name))}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand List(SessionStart start)
    {
        var limit = Limiting.Option();
        var command = new ExampleCommand("list", "List the ledgers of the workspace.", "otemporal signals list") { limit };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumn("ledger").AddColumn("types").AddColumn("entities", RightAligned).AddColumn("late", RightAligned).AddColumn("memory", RightAligned);
            await Limiting.ShowAsync(session, target.LedgersAsync(cancellationToken), session.Get(limit), SignalShapes.WriteLedger, table, static info =>
                [info.Name, string.Join(", ", info.Schema.Types.Select(static type => type.Name)), Words.Count(info.Stats.EntityCount), Words.Count(info.Stats.LateCount), Words.Bytes(info.Stats.Bytes)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Record(SessionStart start)
    {
        var ledger = Ledger();
        var entity = new Argument<string?>("entity") { Description = "The entity, any text of 1 to 1024 bytes.", DefaultValueFactory = static _ => null };
        var signal = new Argument<string?>("signal") { Description = "The signal type.", DefaultValueFactory = static _ => null };
        var weight = new Option<double>("--weight") { Description = "The weight, not negative.", HelpName = "number", DefaultValueFactory = static _ => 1 };
        var time = TimeOption("--time", "When it happened; now when absent.");
        var id = new Option<string?>("--id") { Description = "Makes the event recognisable: the same id counts once within a day.", HelpName = "text" };
        var from = new Option<string?>("--from") { Description = "A file with one event on each line, {\"entity\",\"signal\",\"weight\",\"time\",\"id\"}, or - for standard input.", HelpName = "file" };
        var command = new ExampleCommand(
            "record",
            "Record an event, or those of a file.",
            "otemporal signals record videos v1 view",
            "otemporal signals record videos v1 buy --weight 19.90 --id order-17",
            "otemporal signals record videos --from events.ndjson")
        {
            ledger, entity, signal, weight, time, id, from,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var (accepted, duplicates) = (0L, 0L);
            if (session.Get(from) is { } path)
            {
                await using var source = ImportSource.Open(path, null, session.Terminal.Input);
                var batch = ImmutableArray.CreateBuilder<SignalEvent>();
                var target = await session.OpenAsync(cancellationToken);
                await foreach (var row in source.ReadAsync(cancellationToken))
                {
                    batch.Add(ParseEvent(row));
                    if (batch.Count == EventsAtATime)
                        await SendAsync();
                }

                if (batch.Count > 0)
                    await SendAsync();

                async Task SendAsync()
                {
                    var result = await target.RecordAsync(session.Get(ledger), batch.DrainToImmutable(), cancellationToken);
                    (accepted, duplicates) = (accepted + result.Accepted, duplicates + result.Duplicates);
                }
            }
            else
            {
                var one = new SignalEvent
                {
                    Entity = session.Get(entity) ?? throw Advice.Refuse("Name an entity and a signal, or a file with --from."),
                    Signal = session.Get(signal) ?? throw Advice.Refuse("Name a signal, or a file with --from."),
                    Weight = session.Get(weight),
                    Time = session.Get(time),
                    Id = session.Get(id),
                };
                (accepted, duplicates) = await (await session.OpenAsync(cancellationToken)).RecordAsync(session.Get(ledger), [one], cancellationToken);
            }

            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => SignalShapes.WriteRecorded(json, accepted, duplicates));
            else
                session.Answers.WriteLine($"{Words.Count(accepted)} counted, {Words.Count(duplicates)} had come before");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Option<EventTime?> TimeOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "instant",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (EventTime.TryParse(text, out var time) || EventTime.TryParse(text + "T00:00:00Z", out time))
                return time;
            result.AddError($"'{text}' is no instant such as 2026-01-02T03:04:05Z.");
            return null;
        },
    };

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static void RightAligned(TableColumn column) => column.RightAligned();
}
