using System.CommandLine;
using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;
using OrleansTemporal.Timelines;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <content>Branches, merges, rollbacks, marks.</content>
internal static partial class TimelineCommand
{
    private static ExampleCommand Branch(SessionStart start)
    {
        var name = Name();
        var branch = new Argument<string>("branch") { Description = "The new branch, or the one to remove." };
        var from = new Option<string>("--from") { Description = "The branch that it is made from.", DefaultValueFactory = static _ => "main" };
        var asOf = Moments.AsOfOption("--as-of", "Where on that branch it begins; the newest step when absent.");
        var delete = new Option<bool>("--delete") { Description = "Remove the branch; its steps stay readable for the past." };
        var command = new ExampleCommand("branch", "Make a branch from any moment, or remove one.", "otemporal timeline branch w tuned", "otemporal timeline branch w old --as-of 12", "otemporal timeline branch w tuned --delete")
        {
            name, branch, from, asOf, delete,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var order = new TimelineBranchOrder
            {
                Name = session.Get(branch)!,
                From = new TimelineMoment { Branch = session.Get(from)!, AsOf = session.Get(asOf) },
                Remove = session.Get(delete),
            };
            var receipt = await target.Timelines.BranchAsync(session.Get(name), order, cancellationToken);
            Receipts.Write(session.Answers, receipt, order.Remove ? $"branch '{order.Name}' is removed" : $"branch '{order.Name}' is made");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Merge(SessionStart start)
    {
        var name = Name();
        var source = new Argument<string>("branch") { Description = "The branch whose changes are taken." };
        var into = new Option<string>("--into") { Description = "The branch that gets them.", DefaultValueFactory = static _ => "main" };
        var conflict = new Option<string?>("--conflict") { Description = "What happens to components that both have changed; else the policy decides." };
        conflict.AcceptOnlyFromAmong("lastWriteWins", "firstWriteWins", "merge", "reject");
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would come of it, and write nothing." };
        var command = new ExampleCommand("merge", "Merge a branch into another.", "otemporal timeline merge w tuned", "otemporal timeline merge w tuned --conflict merge --dry-run")
        {
            name, source, into, conflict, dryRun,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var order = new TimelineMergeOrder
            {
                Source = session.Get(source)!,
                Into = session.Get(into)!,
                Conflict = session.Get(conflict) is { } rule ? TimelineJson.ParseConflict(rule, "conflict") : null,
                IsDryRun = session.Get(dryRun),
            };
            WriteMerge(session.Answers, order, await target.Timelines.MergeAsync(session.Get(name), order, cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Rollback(SessionStart start)
    {
        var (name, branch) = (Name(), BranchOption());
        var count = new Option<int?>("--count") { Description = "Steps to undo that are not undone yet." };
        var toSequence = new Option<long?>("--to-step") { Description = "The step whose state is restored; 0 for the empty beginning." };
        var to = Moments.InstantOption("--to", "The moment whose state is restored.");
        var command = new ExampleCommand("rollback", "Restore an earlier state, bit by bit, by a new step.", "otemporal timeline rollback w --count 1", "otemporal timeline rollback w --to 2026-01-02T03:04:05Z")
        {
            name, branch, count, toSequence, to,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var instant = session.Get(to);
            var order = new TimelineRollbackOrder
            {
                Branch = session.Get(branch)!,
                Count = session.Get(count),
                ToSequence = session.Get(toSequence),
                To = instant == HybridTimestamp.Zero ? null : instant,
            };
            var result = await target.Timelines.RollBackAsync(session.Get(name), order, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => WriteDelta(json, result.Outcome == TimelineOutcome.Recorded ? result.Delta : null));
            else
                session.Answers.WriteLine(result.Outcome == TimelineOutcome.Recorded ? $"step {result.Delta!.Sequence} restores {result.Delta.RestoredSequence}; {Words.Count(result.UndoneCount)} undone" : "that state is there already");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Mark(SessionStart start)
    {
        var name = Name();
        var step = new Argument<long>("step") { Description = "The step." };
        var label = new Argument<string>("label") { Description = "good, bad or another label." };
        var note = new Option<string>("--note") { Description = "Anything.", DefaultValueFactory = static _ => "" };
        var command = new ExampleCommand("mark", "Label a step.", "otemporal timeline mark w 12 good --note 'loss 0.31'") { name, step, label, note };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var mark = new TimelineMark { Sequence = session.Get(step), Label = session.Get(label)!, Note = session.Get(note)! };
            Receipts.Write(session.Answers, await target.Timelines.MarkAsync(session.Get(name), mark, cancellationToken), $"step {mark.Sequence} is marked '{mark.Label}'");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void WriteMerge(Answers answers, TimelineMergeOrder order, TimelineMergeResult result)
    {
        if (answers.IsJson)
        {
            answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("merged", result.Delta is not null);
                json.WriteStartArray("base");
                foreach (var sequence in result.Base)
                    json.WriteNumberValue(sequence);
                json.WriteEndArray();
                json.WriteNumber("conflictCount", result.ConflictCount);
                json.WritePropertyName("delta");
                WriteDelta(json, result.Delta);
                json.WriteEndObject();
            });
            return;
        }

        answers.WriteLine(result.Delta is { } delta ? $"step {delta.Sequence} merges '{order.Source}' into '{order.Into}': {Words.Count(delta.DimensionsChanged)} components, {Words.Count(result.ConflictCount)} conflicts"
            : order.IsDryRun ? $"{Words.Count(result.ConflictCount)} conflicts; nothing was written" : $"'{order.Into}' has all of '{order.Source}' already");
        if (result.Conflicts.IsEmpty)
            return;
        var table = new Table().AddColumns("component", "base", "ours", "theirs", "merged");
        foreach (var conflict in result.Conflicts.Take(ShownMax))
            table.AddRow(Text(conflict.Index), Text(conflict.Base), Text(conflict.Ours), Text(conflict.Theirs), Text(conflict.Merged));
        answers.WriteTable(table);

        static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
    }
}
