using System.Collections.Concurrent;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Workspaces;

/// <summary>Every facade call passes the authorizer and every write the quota.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task whoever_is_not_local_may_do_nothing_by_default()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        var stranger = CallContext.Local with { Principal = new Principal("stranger", false) };
        Func<Task>[] calls =
        [
            () => store.Kv.GetAsync(stranger, Workspace, Namespace, "k", AsOf.Latest, CancellationToken.None).AsTask(),
            () => store.Kv.GetManyAsync(stranger, Workspace, Namespace, ["k"], AsOf.Latest, CancellationToken.None).AsTask(),
            () => store.Kv.GetHistoryAsync(stranger, Workspace, Namespace, new KvHistoryQuery { Key = "k" }, CancellationToken.None).AsTask(),
            () => store.Kv.ListAsync(stranger, Workspace, Namespace, new KvListQuery(), CancellationToken.None).AsTask(),
            () => store.Kv.ListNamespacesAsync(stranger, Workspace, null, 10, CancellationToken.None).AsTask(),
            () => store.Kv.GetSettingsAsync(stranger, Workspace, Namespace, CancellationToken.None).AsTask(),
            () => store.Kv.PutSettingsAsync(stranger, Workspace, Namespace, new KvSettings(), CancellationToken.None).AsTask(),
            () => store.PutAsync("k", "2", call: stranger),
            () => store.DeleteAsync("k", call: stranger),
            () => store.BatchAsync([Put("k", "2")], call: stranger),
            () => store.Database.Workspaces.ListAsync(stranger, null, 10, CancellationToken.None).AsTask(),
            () => store.Database.Workspaces.GetAsync(stranger, Workspace, CancellationToken.None).AsTask(),
            () => store.Database.Workspaces.PutAsync(stranger, new WorkspaceInfo { Name = "a" }, CancellationToken.None).AsTask(),
            () => store.Database.Workspaces.DeleteAsync(stranger, "a", CancellationToken.None).AsTask(),
            () => store.Database.Agents.ListAsync(stranger, Workspace, null, CancellationToken.None).AsTask(),
            () => store.Database.Agents.GetAsync(stranger, Workspace, AgentKind.Kv, Namespace, CancellationToken.None).AsTask(),
            () => store.Database.Agents.VerifyAsync(stranger, Workspace, CancellationToken.None).AsTask(),
            () => store.Database.Agents.StartVerifyAsync(stranger, Workspace, CancellationToken.None).AsTask(),
            () => store.Database.Operations.GetAsync(stranger, Workspace, "x", CancellationToken.None).AsTask(),
        ];
        foreach (var call in calls)
        {
            await RefusedAsync(ErrorCodes.Forbidden, call);
        }

        Assert.Equal("1", await store.GetAsync("k"));
    }

    [Fact]
    public async Task the_authorizer_is_asked_with_the_resource_and_the_verb()
    {
        var asked = new ConcurrentQueue<string>();
        await using var store = await HeldStore.OpenAsync(parts: new HeldStoreParts { Authorizer = new Recorder(asked) });
        await store.PutAsync("k", "1", call: CallContext.Local with { Principal = new Principal("ann", true) });
        await store.GetAsync("k");
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings(), CancellationToken.None);
        Assert.Equal(["ann Write default Kv n", " Read default Kv n", " Admin default Kv n"], asked);
    }

    [Fact]
    public async Task the_actor_of_a_write_is_recorded_in_its_delta()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", call: CallContext.Local with { Principal = new Principal("ann", true) });
        var page = await store.Agent(Namespace).ReadDeltasAsync(0, 1, CancellationToken.None);
        Assert.Equal("ann", DeltaRecord.Read(page.Records[0]).Actor);
    }

    [Fact]
    public async Task writes_are_charged_to_their_workspace_and_a_refused_charge_writes_nothing()
    {
        var quota = new Allowance(20);
        await using var store = await HeldStore.OpenAsync(parts: new HeldStoreParts { Quota = quota });
        await store.PutAsync("k", "\"12345678\"");
        await store.BatchAsync([Put("k", "1"), Put("l", "22")]);
        Assert.Equal(7, quota.LeftBytes);
        await RefusedAsync(ErrorCodes.QuotaExceeded, () => store.PutAsync("k", "\"12345678\""));
        Assert.Equal("1", await store.GetAsync("k"));
        Assert.Equal(2, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task a_write_is_ordered_after_what_its_caller_has_seen()
    {
        await using var store = await HeldStore.OpenAsync();
        var seen = HybridTimestamp.FromMilliseconds(store.Time.GetUtcNow().ToUnixTimeMilliseconds() + 400);
        var receipt = (await store.PutAsync("k", "1", call: CallContext.Local with { Observed = seen })).Receipt;
        Assert.True(receipt.SystemTime > seen);
        var tooFar = HybridTimestamp.FromMilliseconds(store.Time.GetUtcNow().ToUnixTimeMilliseconds() + 5_000);
        await RefusedAsync(ErrorCodes.AsOfInFuture, () => store.PutAsync("k", "1", call: CallContext.Local with { Observed = tooFar }));
    }

    private sealed class Recorder(ConcurrentQueue<string> asked) : IAuthorizer
    {
        public ValueTask<bool> IsAllowedAsync(Principal principal, Resource resource, Verb verb, CancellationToken cancellationToken)
        {
            asked.Enqueue($"{principal.Name} {verb} {resource.Workspace} {resource.Kind} {resource.Name}");
            return new(true);
        }
    }

    private sealed class Allowance(long bytes) : IQuota
    {
        public long LeftBytes { get; private set; } = bytes;

        public ValueTask ChargeAsync(string workspace, long bytes, CancellationToken cancellationToken)
        {
            if (bytes > LeftBytes)
            {
                throw new TemporalException(ErrorKind.Throttled, ErrorCodes.QuotaExceeded, $"'{workspace}' has {LeftBytes} bytes left.");
            }

            LeftBytes -= bytes;
            return ValueTask.CompletedTask;
        }
    }
}
