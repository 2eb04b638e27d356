using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Lineage;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Lineage;

/// <summary>The promises of lineage one by one: what is refused, what survives, what is bounded, and what nobody has to pay for.</summary>
public sealed class LineageTests
{
    private static readonly AgentOptions NothingStays = new() { GenerationBytesMax = 2_000, MemoryBytesMax = 1 };

    [Fact]
    public async Task a_cause_that_is_not_there_is_refused_before_anything_is_made()
    {
        await using var store = await HeldStore.OpenAsync();
        var known = await PutAsync(store, "n", "k");
        foreach (var unknown in new[] { new WriteId(known.AgentDigest, 2, 0), new WriteId(known.AgentDigest, 1, 1), new WriteId(known.AgentDigest + 1, 1, 0) })
        {
            var refusal = await RefusedAsync(ErrorCodes.CauseNotFound, () => PutAsync(store, "unborn", "k", "1", known, unknown));
            Assert.Contains(unknown.ToString(), refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal("n", Assert.Single(await store.Kv.ListNamespacesAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)).Name);
        await RefusedAsync(ErrorCodes.WorkspaceNotFound, () => store.PutAsync("k", "1", new KvPutOptions { Causes = [known] }, workspace: "elsewhere"));
    }

    [Fact]
    public async Task a_cause_of_another_workspace_is_no_cause()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "other" }, CancellationToken.None);
        var foreign = (await store.PutAsync("k", "1", workspace: "other")).Outcomes[0].WriteId;
        await RefusedAsync(ErrorCodes.CauseNotFound, () => PutAsync(store, "n", "k", "1", foreign));
        await RefusedAsync(ErrorCodes.WriteNotFound, () => AskAsync(store, LineageAsk.Ancestors, foreign));
    }

    [Fact]
    public async Task a_digest_that_two_agents_share_is_refused_and_not_guessed()
    {
        // Found by trying names: SHA-256 of both agents' ids begins with 337c3993.
        await using var store = await HeldStore.OpenAsync();
        var first = await PutAsync(store, "n117823", "k");
        Assert.Equal(first, Assert.Single(await IdsAsync(store, LineageAsk.Order, first)));
        var second = await PutAsync(store, "n121780", "k");
        Assert.Equal(first.AgentDigest, second.AgentDigest);
        await RefusedAsync(ErrorCodes.WriteIdAmbiguous, () => AskAsync(store, LineageAsk.Effects, first));
        await RefusedAsync(ErrorCodes.WriteIdAmbiguous, () => PutAsync(store, "n", "k", "1", first));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task effects_in_other_namespaces_and_partitions_survive_a_crash(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync(NothingStays);
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, "parts", new KvSettings { Partitions = 4 }, CancellationToken.None);
        var root = await PutAsync(store, "n", "root");
        var effects = new List<WriteId>();
        for (var i = 0; i < 40; i++)
        {
            effects.Add(await PutAsync(store, i % 2 == 0 ? "parts" : "m", $"k{i}", $$"""{"$ref":"n/root","fill":"{{new string('x', 100)}}"}""", root));
        }

        if (isSealed)
        {
            foreach (var partition in Enumerable.Range(0, 4))
            {
                await TestStore.SealAsync(store.Agent("parts", partition));
            }

            await TestStore.SealAsync(store.Agent("m"));
        }

        await store.ReopenAsync(clean: false);
        Assert.Equal(effects, await IdsAsync(store, LineageAsk.Descendants, root));
        Assert.Equal(40, (await AskAsync(store, new LineageQuery { Ask = LineageAsk.Referrers, Of = ["n/root"], Limit = 100 })).Rows.Length);
    }

    [Fact]
    public async Task an_open_agent_answers_from_runs_without_reading_its_segments()
    {
        await using var store = await HeldStore.OpenAsync(NothingStays);
        var root = await PutAsync(store, "n", "root");
        for (var i = 0; i < 200; i++)
        {
            await PutAsync(store, "m", $"k{i}", "1", root);
        }

        await TestStore.SealAsync(store.Agent("m"));
        await store.ReopenAsync(clean: true);
        var digest = new AgentId(Workspace, AgentKind.Kv, "m", 0);
        var segments = new List<string>();
        await foreach (var item in store.Objects.ListAsync(SealedPaths.FolderOf(digest) + "/segments/", CancellationToken.None))
        {
            segments.Add(item.Path);
        }

        // Without a single segment the effects are still all there, since only runs say them.
        await store.Agent("m").OpenAsync(CancellationToken.None);
        foreach (var path in segments)
        {
            await store.Objects.DeleteAsync(path, CancellationToken.None);
        }

        var page = await store.Agent("m").GetEffectsAsync(new LineageEffectQuery { Causes = [root] }, CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, 200).Select(static i => (long)i).Reverse(), page.Effects.Select(static effect => effect.Sequence));
    }

    [Fact]
    public async Task keys_of_lineage_are_no_keys_of_users()
    {
        await using var store = await HeldStore.OpenAsync(NothingStays);
        var root = await PutAsync(store, "n", "\u00ff");
        await PutAsync(store, "n", "\U0010ffff", """{"$ref":"n/x"}""", root);
        await TestStore.SealAsync(store.Agent("n"));
        await store.ReopenAsync(clean: true);
        Assert.Equal(["\u00ff", "\U0010ffff"], await store.KeysAsync(limit: 1));
        Assert.Null((await store.Agent("n").VerifyAsync(CancellationToken.None)).Fault);
    }

    [Fact]
    public async Task a_fan_out_above_the_limit_is_said_and_still_read_page_by_page()
    {
        await using var store = await HeldStore.OpenAsync();
        var root = await PutAsync(store, "n", "root");
        ImmutableArray<KvOperation> many = [.. Enumerable.Range(0, Limits.BatchCountMax).Select(static i => Put($"k{i}", "1"))];
        var options = new KvPutOptions { Causes = [root] };
        await store.Kv.BatchAsync(CallContext.Local, Workspace, "m", many, true, options, CancellationToken.None);
        await PutAsync(store, "m", "one more", "1", root);
        var wide = await AskAsync(store, new LineageQuery { Ask = LineageAsk.Descendants, Of = [root.ToString()], Limit = 1 });
        Assert.False(wide.IsComplete);
        await RefusedAsync(ErrorCodes.LineageTooLarge, () => AskAsync(store, LineageAsk.Frontier, root));

        var seen = new HashSet<WriteId>();
        var query = new LineageQuery { Ask = LineageAsk.Effects, Of = [root.ToString()], Limit = 3_000 };
        while (true)
        {
            var page = await AskAsync(store, query);
            Assert.All(page.Rows, row => Assert.True(seen.Add(row.Items[0].Write!.WriteId)));
            if (page.Next is null)
            {
                break;
            }

            query = query with { Cursor = page.Next, AsOf = AsOf.At(page.AsOf) };
        }

        Assert.Equal(Limits.BatchCountMax + 1, seen.Count);
    }

    [Fact]
    public async Task a_buffered_cause_is_durable_before_its_effect_is_accepted()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, "buffered", new KvSettings { Durability = Durability.Buffered }, CancellationToken.None);
        var cause = await PutAsync(store, "buffered", "k");
        var effect = await PutAsync(store, "n", "k", "1", cause);
        await store.ReopenAsync(clean: false);
        Assert.Equal([cause], await IdsAsync(store, LineageAsk.Ancestors, effect));
    }

    [Fact]
    public async Task lineage_takes_the_right_to_read_the_workspace()
    {
        await using var store = await HeldStore.OpenAsync(parts: new HeldStoreParts { Authorizer = new NoReads() });
        await RefusedAsync(ErrorCodes.Forbidden, () => AskAsync(store, new LineageQuery { Ask = LineageAsk.MostReferenced }));
    }

    private static async Task<WriteId> PutAsync(TestStore store, string ns, string key, string json = "1", params WriteId[] causes) =>
        (await store.Kv.PutAsync(CallContext.Local, Workspace, ns, key, Encoding.UTF8.GetBytes(json), new KvPutOptions { Causes = [.. causes] }, CancellationToken.None)).Outcomes[0].WriteId;

    private static Task<LineageAnswer> AskAsync(TestStore store, LineageAsk ask, WriteId of) =>
        AskAsync(store, new LineageQuery { Ask = ask, Of = [of.ToString()], Limit = Limits.PageCountMax });

    private static Task<LineageAnswer> AskAsync(TestStore store, LineageQuery query) =>
        store.Database.Lineage.AskAsync(CallContext.Local, Workspace, query, CancellationToken.None).AsTask();

    private static async Task<IEnumerable<WriteId>> IdsAsync(TestStore store, LineageAsk ask, WriteId of) =>
        (await AskAsync(store, ask, of)).Rows.Select(static row => row.Items[0].Write!.WriteId);

    private sealed class NoReads : IAuthorizer
    {
        public ValueTask<bool> IsAllowedAsync(Principal principal, Resource resource, Verb verb, CancellationToken cancellationToken) =>
            new(verb != Verb.Read);
    }
}
