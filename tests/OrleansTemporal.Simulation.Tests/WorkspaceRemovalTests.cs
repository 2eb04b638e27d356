using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// Goal: a workspace is there with all that was acknowledged, or it is gone with all that was in it, wherever in its making,
/// filling, removal and making again the power goes.
/// </summary>
public sealed class WorkspaceRemovalTests
{
    private const string Name = "w";
    private const string Namespace = "n";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void a_removal_that_is_cut_short_anywhere_leaves_all_or_nothing(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, ScriptAsync, AuditAsync);
        Assert.True(calls > 60, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told)
    {
        await life.OpenAsync();
        await MakeAsync(life);
        for (var i = 0; i < 6; i++)
        {
            await PutAsync(life, $"old{i}");
            told.OldKeys++;
            if (i == 3)
            {
                await SealAsync(life);
            }
        }

        told.Step = Step.Removing;
        await RemoveAsync(life);
        told.Step = Step.Removed;
        await MakeAsync(life);
        told.Step = Step.MadeAgain;
        await PutAsync(life, "new");
        told.HasNewKey = true;
        await SealAsync(life);
        await life.StopAsync();
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        var keys = await KeysAsync(life);
        switch (told.Step)
        {
            case Step.Filling:
                ViolationException.ThrowUnless(told.OldKeys == 0 || keys?.Count(static key => key.StartsWith("old", StringComparison.Ordinal)) >= told.OldKeys, $"there is [{Show(keys)}]");
                break;
            case Step.Removing:
                ViolationException.ThrowUnless(keys is null || keys.Length == told.OldKeys, $"there is a part: [{Show(keys)}]");
                break;
            case Step.Removed:
                ViolationException.ThrowUnless(keys is null or [], $"removed and there is [{Show(keys)}]");
                break;
            default:
                ViolationException.ThrowUnless(keys is not null && keys.All(static key => key == "new") && (!told.HasNewKey || keys is ["new"]), $"made again and there is [{Show(keys)}]");
                break;
        }

        // Whatever was cut short, the name can be used again, and nothing of the past comes with it.
        if (keys is not null)
        {
            await RemoveAsync(life);
        }

        await MakeAsync(life);
        ViolationException.ThrowUnless(await KeysAsync(life) is [], "a workspace that was made again is not empty");
        var first = await PutAsync(life, "again");
        ViolationException.ThrowUnless(first.Sequence == 1, $"the first write of a new workspace is {first}");
        var agent = life.Database.Directory.Get<IStorageAgent>(new AgentId(Name, AgentKind.Kv, Namespace, 0));
        ViolationException.ThrowUnless((await agent.VerifyAsync(CancellationToken.None)).Fault is null, "the new workspace does not verify");
    }

    private static async Task MakeAsync(Life life) =>
        await life.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = Name }, CancellationToken.None);

    private static async Task RemoveAsync(Life life) => await life.Database.Workspaces.DeleteAsync(CallContext.Local, Name, CancellationToken.None);

    private static async Task<Receipt> PutAsync(Life life, string key) =>
        (await life.Database.KvService.PutAsync(CallContext.Local, Name, Namespace, key, "1"u8.ToArray(), KvPutOptions.None, CancellationToken.None)).Receipt;

    private static async Task SealAsync(Life life)
    {
        foreach (var agent in life.Database.Directory.Agents)
        {
            await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None);
        }
    }

    // Null when there is no such workspace.
    private static async Task<string[]?> KeysAsync(Life life)
    {
        try
        {
            var page = await life.Database.KvService.ListAsync(CallContext.Local, Name, Namespace, new KvListQuery(), CancellationToken.None);
            return [.. page.Entries.Select(static entry => entry.Key)];
        }
        catch (TemporalException missing) when (missing.Code == ErrorCodes.WorkspaceNotFound)
        {
            return null;
        }
    }

    private static string Show(string[]? keys) => keys is null ? "no workspace" : string.Join(' ', keys);

    private enum Step
    {
        Filling,
        Removing,
        Removed,
        MadeAgain,
    }

    /// <summary>What the caller was told before the power went.</summary>
    private sealed record Told
    {
        public Step Step { get; set; }

        public int OldKeys { get; set; }

        public bool HasNewKey { get; set; }
    }
}
