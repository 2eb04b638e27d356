using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;
using OrleansTemporal.Timelines;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <content>States, differences, evolutions, the log.</content>
internal static partial class TimelineCommand
{
    private static ExampleCommand State(SessionStart start)
    {
        var (name, branch, asOf, label) = (Name(), BranchOption(), Moments.AsOfOption("--as-of", "The state at this moment instead of the newest."), LabelOption());
        var coarse = new Option<bool>("--coarse") { Description = "Answer with the newest step that is kept where policy has let go of the one of the moment." };
        var command = new ExampleCommand("state", "Print a state as a JSON list.", "otemporal timeline state w --as-of 12", "otemporal timeline state w --label good", "otemporal timeline state w --as-of 12 --coarse") { name, branch, asOf, label, coarse };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var state = await target.Timelines.GetStateAsync(session.Get(name), MomentOf(session.Get(branch)!, session.Get(asOf), session.Get(label)) with { IsCoarse = session.Get(coarse) }, cancellationToken);
            session.Answers.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (var value in state.Span)
                    json.WriteNumberValue(value);
                json.WriteEndArray();
            });
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Checkout(SessionStart start)
    {
        var (name, branch, asOf, label) = (Name(), BranchOption(), Moments.AsOfOption("--as-of", "The state at this moment instead of the newest."), LabelOption());
        var output = new Option<string>("--out") { Description = "The file to write: float32 values in little-endian order.", Required = true };
        var command = new ExampleCommand("checkout", "Write a state to a file.", "otemporal timeline checkout w --as-of 2026-01-02 --out then.f32") { name, branch, asOf, label, output };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var state = await target.Timelines.GetStateAsync(session.Get(name), MomentOf(session.Get(branch)!, session.Get(asOf), session.Get(label)), cancellationToken);
            await File.WriteAllBytesAsync(session.Get(output)!, MemoryMarshal.AsBytes(state.Span).ToArray(), cancellationToken);
            session.Answers.Notice($"{Words.Count(state.Length)} components are in {session.Get(output)}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Diff(SessionStart start)
    {
        var (name, branch) = (Name(), BranchOption());
        var (from, to) = SpanOptions();
        var command = new ExampleCommand("diff", "Show what differs between two moments of a branch.", "otemporal timeline diff w --from 3 --to 9", "otemporal timeline diff w --from 2026-01-01") { name, branch, from, to };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var diff = await target.Timelines.DiffAsync(session.Get(name), new TimelineSpan { Branch = session.Get(branch)!, From = session.Get(from), To = session.Get(to) }, cancellationToken);
            if (session.Answers.IsJson)
            {
                session.Answers.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("fromSequence", diff.FromSequence);
                    json.WriteNumber("toSequence", diff.ToSequence);
                    json.WriteNumber("l2Norm", diff.L2Norm);
                    json.WriteStartArray("indices");
                    foreach (var index in diff.Indices.Span)
                        json.WriteNumberValue(index);
                    json.WriteEndArray();
                    json.WriteStartArray("values");
                    foreach (var value in diff.Values.Span)
                        json.WriteNumberValue(value);
                    json.WriteEndArray();
                    json.WriteEndObject();
                });
                return ExitCodes.Ok;
            }

            session.Answers.WriteLine($"{Words.Count(diff.Indices.Length)} components differ between steps {diff.FromSequence} and {diff.ToSequence}, l2 {diff.L2Norm.ToString("0.######", CultureInfo.InvariantCulture)}");
            var table = new Table().AddColumns("component", "difference");
            for (var i = 0; i < Math.Min(ShownMax, diff.Indices.Length); i++)
                table.AddRow(diff.Indices.Span[i].ToString(CultureInfo.InvariantCulture), diff.Values.Span[i].ToString(CultureInfo.InvariantCulture));
            session.Answers.WriteTable(table);
            if (diff.Indices.Length > ShownMax)
                session.Answers.Notice($"there is more than these {ShownMax}; --json shows all.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Evolution(SessionStart start)
    {
        var (name, branch, limit) = (Name(), BranchOption(), Limiting.Option());
        var index = new Argument<int>("component") { Description = "The component, from 0." };
        var (from, to) = SpanOptions();
        var command = new ExampleCommand("evolution", "List the values that one component took.", "otemporal timeline evolution w 17 --from 3") { name, index, branch, from, to, limit };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var span = new TimelineSpan { Branch = session.Get(branch)!, From = session.Get(from), To = session.Get(to) };
            await Limiting.ShowAsync(
                session,
                target.Timelines.EvolveAsync(session.Get(name), span, session.Get(index), cancellationToken),
                session.Get(limit),
                static (json, point) =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("sequence", point.Sequence);
                    json.WriteString("systemTime", point.SystemTime.ToString());
                    json.WriteNumber("value", point.Value);
                    json.WriteEndObject();
                },
                new Table().AddColumns("sequence", "system time", "value"),
                static point => [Words.Count(point.Sequence), point.SystemTime.ToString(), point.Value.ToString(CultureInfo.InvariantCulture)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Log(SessionStart start)
    {
        var (name, limit) = (Name(), Limiting.Option());
        var branch = new Option<string?>("--branch") { Description = "Only the line of this branch." };
        var graph = new Option<bool>("--graph") { Description = "Draw the branches beside the steps." };
        var command = new ExampleCommand("log", "List the steps, oldest first.", "otemporal timeline log w", "otemporal timeline log w --graph") { name, branch, graph, limit };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var lanes = session.Get(graph) ? new StepGraph() : null;
            var table = lanes is null ? new Table() : new Table().AddColumn("");
            table.AddColumns("step", "system time", "branch", "change", "parents", "components", "l2");
            await Limiting.ShowAsync(
                session,
                target.Timelines.StepsAsync(session.Get(name), session.Get(branch), cancellationToken),
                session.Get(limit),
                WriteDelta,
                table,
                delta =>
                [
                    .. lanes is null ? [] : new[] { lanes.Draw(delta) },
                    Words.Count(delta.Sequence),
                    delta.SystemTime.ToString(),
                    delta.Branch,
                    delta.RestoredSequence is { } restored ? $"rollback to {restored}" : delta.Change.ToString().ToLowerInvariant(),
                    string.Join(' ', delta.Parents),
                    Words.Count(delta.DimensionsChanged),
                    delta.L2Norm.ToString("0.####", CultureInfo.InvariantCulture),
                ]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static (Option<AsOf> From, Option<AsOf> To) SpanOptions() =>
        (Moments.AsOfOption("--from", "Where it begins; the empty beginning when absent."), Moments.AsOfOption("--to", "Where it ends, inclusive; the newest when absent."));

    private static Option<string?> LabelOption() => new("--label") { Description = "The newest step with this mark, such as good." };

    private static TimelineMoment MomentOf(string branch, AsOf asOf, string? label) => new() { Branch = branch, AsOf = asOf, Label = label };
}
