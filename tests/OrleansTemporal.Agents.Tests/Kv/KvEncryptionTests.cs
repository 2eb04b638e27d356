using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

public sealed class KvEncryptionTests
{
    private const string Secret = "{\"name\":\"somebody whom nobody may know\"}";

    [Fact]
    public async Task the_setting_of_a_key_wins_over_its_namespace_and_that_over_the_workspace()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = Workspace, DataKey = DataKeyPolicy.Own }, CancellationToken.None);
        await ConfigureAsync(store, DataKeyPolicy.None, "none");
        await ConfigureAsync(store, DataKeyPolicy.Own, "own", ("plain", DataKeyPolicy.None), ("alone", DataKeyPolicy.Own));
        await ConfigureAsync(store, DataKeyPolicy.Each, "each");
        Assert.Equal("default", await ScopeOfAsync("n", "k"));
        Assert.Null(await ScopeOfAsync("none", "k"));
        Assert.Equal("default/kv/own", await ScopeOfAsync("own", "k"));
        Assert.Null(await ScopeOfAsync("own", "plain"));
        Assert.Equal("default/kv/own/alone", await ScopeOfAsync("own", "alone"));
        Assert.Equal("default/kv/each/a/b", await ScopeOfAsync("each", "a/b"));

        async Task<string?> ScopeOfAsync(string ns, string key)
        {
            await store.PutAsync(key, Secret, ns: ns);
            Assert.Equal(Secret, await store.GetAsync(key, ns: ns));
            var version = (await store.HistoryAsync(key, ns: ns)).Single();
            return (await KeysOf(store)).SingleOrDefault(known => known.Id == version.DataKey)?.Scope.ToString();
        }
    }

    [Fact]
    public async Task a_write_that_waits_for_the_disk_when_its_namespace_is_erased_gets_its_tombstone()
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Own);
        await store.PutAsync("before", Secret);
        store.Logs.IsHeld = true;
        var writing = store.PutAsync("k", Secret);
        var erasing = EraseAsync(store, KvErasureScope.OfNamespace(Namespace));
        store.Logs.IsHeld = false;
        store.Logs.Flush();
        await writing;
        await erasing;
        Assert.True((await store.HistoryAsync("k"))[^1].IsDeleted);
        Assert.Equal(0, (await store.Agent(Namespace).GetStatsAsync(CancellationToken.None)).LiveKeyCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_new_data_key_is_for_new_values_and_old_ones_stay_readable(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = isSealed ? 0 : 1 << 20 });
        await ConfigureAsync(store, DataKeyPolicy.Own);
        await store.PutAsync("k", "1");
        await store.Kv.RotateDataKeyAsync(CallContext.Local, DataKeyScope.OfNamespace(Workspace, Namespace), CancellationToken.None);
        await store.PutAsync("k", "2");
        await ConfigureAsync(store, DataKeyPolicy.None);
        await store.PutAsync("k", "3");
        await TestStore.SealAsync(store.Agent(Namespace));
        await store.ReopenAsync(clean: true);
        var history = await store.HistoryAsync("k");
        Assert.Equal(["1", "2", "3"], history.Select(static version => Encoding.UTF8.GetString(version.Value.Span)));
        Assert.Equal([false, false, true], history.Select(static version => version.DataKey.IsNone));
        Assert.NotEqual(history[0].DataKey, history[1].DataKey);
        Assert.All(history, static version => Assert.Equal(Documents.DistinctionOf(version.Value.Span), version.DistinctionId));
        Assert.Equal([(1, DataKeyState.Active), (2, DataKeyState.Active)], (await KeysOf(store)).Select(static key => (key.Number, key.State)));
    }

    [Fact]
    public async Task the_header_names_the_data_key_and_the_commitment_is_over_what_is_stored()
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Own);
        await store.PutAsync("k", Secret);
        var record = DeltaRecord.Read((await store.Agent(Namespace).ReadDeltasAsync(0, 10, CancellationToken.None)).Records.Single());
        Assert.Equal((await KeysOf(store)).Single().Id.ToString(), record.KeyId);
        Assert.Equal(record.Commitment, record.CommitmentOfPayload());
        Assert.True(record.Bytes.Span.IndexOf("nobody may know"u8) < 0);
    }

    [Fact]
    public async Task equal_values_are_never_equal_bytes()
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Own);
        for (var i = 0; i < 50; i++)
        {
            await store.PutAsync("k", Secret);
        }

        await store.ReopenAsync(clean: false);
        for (var i = 0; i < 50; i++)
        {
            await store.PutAsync("k", Secret);
        }

        var nonces = new HashSet<string>();
        foreach (var bytes in (await store.Agent(Namespace).ReadDeltasAsync(0, 200, CancellationToken.None)).Records)
        {
            var payload = DeltaRecord.Read(bytes).Payload.Span;
            foreach (var operation in new KvPayloadReader(payload))
            {
                Assert.True(operation.IsEncrypted);
                Assert.True(nonces.Add(Convert.ToHexString(EncryptedValue.NonceOf(payload.Slice(operation.ValueAt, operation.ValueLength)))));
            }
        }

        Assert.Equal(100, nonces.Count);
    }

    [Fact]
    public async Task a_data_key_that_has_encrypted_enough_is_followed_by_another()
    {
        await using var store = await HeldStore.OpenAsync(valuesPerDataKeyMax: 10);
        await ConfigureAsync(store, DataKeyPolicy.Own);
        await Task.WhenAll(Enumerable.Range(0, 95).Select(i => store.PutAsync($"k{i}", $"{i}")));
        await store.BatchAsync([.. Enumerable.Range(0, 10).Select(static i => Put($"b{i}", "1"))]);
        for (var i = 0; i < 95; i++)
        {
            Assert.Equal($"{i}", await store.GetAsync($"k{i}"));
        }

        var keys = await KeysOf(store);
        Assert.True(keys.Length >= 11, $"{keys.Length} keys");
        Assert.Equal(Enumerable.Range(1, keys.Length), keys.Select(static key => key.Number));
    }

    [Fact]
    public async Task a_repeated_write_is_recognised_whatever_its_values_are_encrypted_under_by_then()
    {
        await using var store = await HeldStore.OpenAsync();
        var plain = await store.PutAsync("a", Secret, call: Idempotent("one"));
        await ConfigureAsync(store, DataKeyPolicy.Own);
        Assert.Equal(plain.Receipt, (await store.PutAsync("a", Secret, call: Idempotent("one"))).Receipt);
        var encrypted = await store.PutAsync("b", Secret, call: Idempotent("two"));
        await store.Kv.RotateDataKeyAsync(CallContext.Local, DataKeyScope.OfNamespace(Workspace, Namespace), CancellationToken.None);
        var again = await store.PutAsync("b", Secret, call: Idempotent("two"));
        Assert.True(again.Replayed);
        Assert.Equal(encrypted.Receipt, again.Receipt);
        Assert.Equal(encrypted.Outcomes.AsEnumerable(), again.Outcomes);
        await ConfigureAsync(store, DataKeyPolicy.None);
        await store.ReopenAsync(clean: false);
        Assert.Equal(encrypted.Receipt, (await store.PutAsync("b", Secret, call: Idempotent("two"))).Receipt);
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => store.PutAsync("b", "2", call: Idempotent("two")));
        Assert.Equal(2, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task the_digest_of_a_request_is_keyed()
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Own);
        var digest = Distinction.FromBytes(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));
        await store.PutAsync("k", Secret, call: Idempotent("one") with { BodyDigest = digest });
        var record = DeltaRecord.Read((await store.Agent(Namespace).ReadDeltasAsync(0, 10, CancellationToken.None)).Records.Single());
        var plain = new byte[Distinction.Size];
        digest.CopyTo(plain);
        Assert.NotEqual(TaggedHash.Hash(HashTag.Operation, record.Salt, plain), record.OperationDigest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task erasing_destroys_the_data_keys_that_cover_nothing_else(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Own, Namespace, ("alone", DataKeyPolicy.Own));
        await store.PutAsync("alone", Secret);
        await store.PutAsync("k", Secret);
        await store.PutAsync("l", Secret);
        if (isSealed)
        {
            await TestStore.SealAsync(store.Agent(Namespace));
        }

        var root = (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Root;
        await EraseAsync(store, KvErasureScope.OfKey(Namespace, "k"));
        Assert.Equal(["default/kv/n", "default/kv/n/alone"], (await KeysOf(store)).Select(static key => key.Scope.ToString()));
        Assert.Equal((null, Secret, Secret), (await store.GetAsync("k"), await store.GetAsync("l"), await store.GetAsync("alone")));
        await EraseAsync(store, KvErasureScope.OfPrefix(Namespace, "al") with { Reason = "asked to" });
        Assert.Equal(["default/kv/n"], (await KeysOf(store)).Select(static key => key.Scope.ToString()));
        Assert.Equal((Secret, null), (await store.GetAsync("l"), await store.GetAsync("alone")));
        await store.PutAsync("alone", "1");
        Assert.Equal("1", await store.GetAsync("alone"));
        await EraseAsync(store, KvErasureScope.OfNamespace(Namespace));
        Assert.Empty(await KeysOf(store));
        Assert.Empty(await store.KeysAsync());
        var history = await store.HistoryAsync("alone");
        Assert.Equal([true, false, true, false], history.Select(static version => version.IsErased));
        Assert.Contains(history, static version => version.IsDeleted && version.Metadata.Any(static pair => pair.Key == "dataKeys" && pair.Value.Length >= DataKeyId.TextLength));
        Assert.NotEqual(root, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Root);
        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
        await store.MaintainAsync();
        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
        await store.PutAsync("k", Secret);
        Assert.Equal(Secret, await store.GetAsync("k"));
    }

    [Fact]
    public async Task a_repeat_of_an_erased_write_is_refused_and_not_written_again()
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Each);
        await store.PutAsync("k", Secret, call: Idempotent("one"));
        await EraseAsync(store, KvErasureScope.OfKey(Namespace, "k"));
        await RefusedAsync(ErrorCodes.ValueErased, () => store.PutAsync("k", Secret, call: Idempotent("one")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_stands_under_a_destroyed_key_reads_as_erased_everywhere(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = isSealed ? 0 : 1 << 20 });
        await ConfigureAsync(store, DataKeyPolicy.Own);
        var put = await store.PutAsync("k", Secret);
        await ConfigureAsync(store, DataKeyPolicy.None);
        await store.PutAsync("l", Secret);
        if (isSealed)
        {
            await TestStore.SealAsync(store.Agent(Namespace));
        }

        // Behind everybody's back, as when the keys of a copy were destroyed and its files were not.
        await store.Services.Keys!.DestroyAsync(store.Services.Keys.KeysOf(static _ => true), CancellationToken.None);
        for (var life = 0; life < 2; life++)
        {
            var read = await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, "k", AsOf.Latest, CancellationToken.None);
            Assert.True(read is { Version: null, IsErased: true });
            var version = (await store.HistoryAsync("k")).Single();
            Assert.True(version.IsErased && version.Value.IsEmpty && version.DistinctionId.IsZero && version.WriteId == put.Outcomes[0].WriteId);
            var rows = await store.Kv.QueryAsync(CallContext.Local, Workspace, Namespace, new KvQueryRequest(), CancellationToken.None);
            Assert.Equal(["l"], rows.Rows.Select(static row => row.Key));
            Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
            await store.ReopenAsync(clean: false);
        }
    }

    [Fact]
    public async Task a_missing_data_key_is_unavailable_and_loses_nothing()
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Own, "n");
        await ConfigureAsync(store, DataKeyPolicy.None, "m");
        await store.PutAsync("k", Secret);
        await store.PutAsync("k", Secret, ns: "m");
        var path = $"keys/{(await KeysOf(store)).Single().Id}.key";
        await store.KeyFiles.RenameAsync(path, "away", replace: false, CancellationToken.None);
        await store.ReopenAsync(clean: true);
        var refusal = await RefusedAsync(ErrorCodes.DataKeyMissing, () => store.GetAsync("k"));
        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);
        await RefusedAsync(ErrorCodes.DataKeyMissing, () => store.HistoryAsync("k"));
        Assert.Equal(Secret, await store.GetAsync("k", ns: "m"));
        await TestStore.SealAsync(store.Agent(Namespace));
        await store.PutAsync("l", "1");
        Assert.Equal("1", await store.GetAsync("l"));
        await store.KeyFiles.RenameAsync("away", path, replace: false, CancellationToken.None);
        await store.ReopenAsync(clean: true);
        Assert.Equal((Secret, "1"), (await store.GetAsync("k"), await store.GetAsync("l")));
    }

    [Fact]
    public void a_value_that_was_tampered_with_is_found()
    {
        var key = new DataKey(
            new() { Id = new DataKeyId(7), State = DataKeyState.Active, Scope = DataKeyScope.OfWorkspace("w"), Number = 1, Material = new byte[32] }, new SeededSalts(1), 100);
        var value = Encoding.UTF8.GetBytes(Secret);
        var stored = new byte[value.Length + EncryptedValue.OverheadBytes];
        var associated = new byte[EncryptedValue.AssociatedBytesMax];
        var length = EncryptedValue.WriteAssociated(associated, key.Id, "w/kv/n/0"u8, "k"u8);
        Assert.True(key.TryEncrypt(value, associated.AsSpan(0, length), stored));
        var read = new byte[value.Length];
        Assert.True(key.TryDecrypt(stored, associated.AsSpan(0, length), read));
        Assert.Equal(value, read);
        for (var bit = (1 + DataKeyId.Size) * 8; bit < stored.Length * 8; bit++)
        {
            stored[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.TryDecrypt(stored, associated.AsSpan(0, length), read));
            stored[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        foreach (var (agent, document) in new[] { ("w/kv/n/1", "k"), ("w/kv/n/0", "l"), ("w/kv/n/", "0k") })
        {
            length = EncryptedValue.WriteAssociated(associated, key.Id, Encoding.UTF8.GetBytes(agent), Encoding.UTF8.GetBytes(document));
            Assert.False(key.TryDecrypt(stored, associated.AsSpan(0, length), read));
        }
    }

    [Fact]
    public async Task writers_that_meet_an_erasure_lose_nothing_that_came_after_it()
    {
        await using var store = await HeldStore.OpenAsync();
        await ConfigureAsync(store, DataKeyPolicy.Own);
        await store.PutAsync("k0", "0");
        const int rounds = 15;
        var last = new int[4];
        var starts = last.Select(static _ => new SemaphoreSlim(0)).ToArray();
        var writers = Enumerable.Range(0, last.Length).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < rounds; round++)
            {
                await starts[writer].WaitAsync();
                for (var i = 0; i < 20; i++)
                {
                    await store.PutAsync($"k{writer}", $"{++last[writer]}");
                }
            }
        })).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            Array.ForEach(starts, static start => start.Release());
            await EraseAsync(store, KvErasureScope.OfNamespace(Namespace));
            await store.MaintainAsync();
        }

        await Task.WhenAll(writers);
        for (var writer = 0; writer < last.Length; writer++)
        {
            await store.PutAsync($"k{writer}", $"{++last[writer]}");
            Assert.Equal($"{last[writer]}", await store.GetAsync($"k{writer}"));
            var history = await store.HistoryAsync($"k{writer}");

            // Whatever was written behind the newest tombstone is there.
            var tombstone = history.ToList().FindLastIndex(static version => version.IsDeleted);
            Assert.All(history.Skip(tombstone + 1), static version => Assert.False(version.IsErased));
        }

        Assert.Null((await store.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
    }

    private static Task EraseAsync(TestStore store, KvErasureScope scope) =>
        store.Kv.EraseAsync(CallContext.Local, Workspace, scope, CancellationToken.None).AsTask();

    private static async Task<ImmutableArray<DataKeyInfo>> KeysOf(TestStore store) =>
        await store.Kv.ListDataKeysAsync(CallContext.Local, Workspace, CancellationToken.None);

    private static async Task ConfigureAsync(TestStore store, DataKeyPolicy policy, string ns = Namespace, params (string Key, DataKeyPolicy Policy)[] keys)
    {
        var settings = new KvSettings { DataKey = policy, DataKeys = keys.ToImmutableSortedDictionary(static key => key.Key, static key => key.Policy, StringComparer.Ordinal) };
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, ns, settings, CancellationToken.None);
        var stored = await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, ns, CancellationToken.None);
        Assert.Equal(policy, stored.DataKey);
        Assert.Equal(settings.DataKeys.AsEnumerable(), stored.DataKeys);
    }
}
