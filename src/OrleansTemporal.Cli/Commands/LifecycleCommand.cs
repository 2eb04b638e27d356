using System.CommandLine;
using System.Text;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal lifecycle</c>: when data moves to which tier, and moving it now.</summary>
internal static class LifecycleCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "lifecycle",
        "Move data to tiers that cost less as it ages. No answer ever changes by it, and nothing is let go.",
        "otemporal lifecycle policy",
        "otemporal lifecycle run consolidation --dry-run",
        "otemporal lifecycle run consolidation")
    {
        Policy(start), Run(start),
    };

    private static ExampleCommand Policy(SessionStart start)
    {
        var json = new Argument<string?>("json") { Description = "Another policy, as JSON or @file; what is not named gets its default.", DefaultValueFactory = static _ => null };
        var command = new ExampleCommand(
            "policy",
            "Print the policy of the workspace, or set it.",
            "otemporal lifecycle policy",
            "otemporal lifecycle policy '{\"tiers\":{\"hot\":\"10m\",\"warm\":\"1d\",\"cold\":\"7d\"}}'",
            "otemporal lifecycle policy @policy.json")
        {
            json,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            if (session.Get(json) is { } text)
            {
                var bytes = text.StartsWith('@') ? await File.ReadAllBytesAsync(text[1..], cancellationToken) : Encoding.UTF8.GetBytes(text);
                await target.SetPolicyAsync(LifecyclePolicyJson.Parse(bytes), cancellationToken);
            }

            var policy = await target.GetPolicyAsync(cancellationToken);
            session.Answers.WriteJson(writer =>
            {
                writer.WriteStartObject();
                LifecyclePolicyJson.WriteMembers(writer, policy);
                writer.WriteEndObject();
            });
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Run(SessionStart start)
    {
        var process = new Argument<string>("process") { Description = "consolidation: seal and move down; distillation: look through what is kept and let go of what the policy lets go; genome: write the digest of the workspace into its log." };
        process.AcceptOnlyFromAmong("consolidation", "distillation", "genome");
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done and what it would save, and do nothing." };
        var command = new ExampleCommand(
            "run",
            "Run a process now instead of when it is due.",
            "otemporal lifecycle run consolidation --dry-run",
            "otemporal lifecycle run genome")
        {
            process, dryRun,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var chosen = LifecycleProcesses.Parse(session.Get(process)!);
            var isDryRun = session.Get(dryRun);
            var share = 0.0;
            Verification? ended = null;
            var progress = new Latest(value => Volatile.Write(ref share, value));
            await ProgressBars.ShowAsync(
                session, session.Get(process)!, () => Volatile.Read(ref share), async () => ended = await target.RunLifecycleAsync(chosen, isDryRun, progress, cancellationToken));
            if (ended!.Fault is { } fault)
                throw new Errors.TemporalException(Errors.ErrorKind.Unavailable, Errors.ErrorCodes.StorageFailed, fault);
            VerifyCommand.WriteCounts(session.Answers, ended, isDryRun ? "nothing was changed" : $"{session.Get(process)} of '{session.Workspace}' is complete");
            return ExitCodes.Ok;
        });
        return command;
    }
}
