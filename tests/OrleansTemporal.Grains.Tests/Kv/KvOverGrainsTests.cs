using System.Globalization;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Grains.Tests.Kv;

/// <summary>Documents over grains, asked for in the silo and outside of it: the same facade, the same answers.</summary>
public sealed class KvOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task every_version_is_read_back_now_and_as_of_its_moment(bool outside)
    {
        var kv = silo.Kv(outside);
        var ns = NameOf("versions", outside);
        var first = await kv.PutAsync(ns, "a", "{\"v\": 1}");
        var second = await kv.PutAsync(ns, "a", "{\"v\": 2}");
        await kv.DeleteAsync(CallContext.Local, KvCalls.Workspace, ns, "a", KvPutOptions.None, CancellationToken.None);

        Assert.Null(await kv.GetAsync(ns, "a"));
        Assert.Equal("{\"v\":2}", await kv.GetAsync(ns, "a", AsOf.At(second.Receipt.SystemTime)));
        Assert.Equal("{\"v\":1}", await kv.GetAsync(ns, "a", AsOf.At(first.Receipt.SystemTime)));
        Assert.Equal("{\"v\":1}", await kv.GetAsync(ns, "a", AsOf.After(1)));
        var history = await kv.HistoryAsync(ns, "a");
        Assert.Equal([first.Outcomes[0].WriteId, second.Outcomes[0].WriteId], history.Take(2).Select(static version => version.WriteId));
        Assert.Equal([false, false, true], history.Select(static version => version.IsDeleted));
        Assert.Equal(first.Outcomes[0].WriteId, second.Outcomes[0].PreviousWriteId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task batches_lists_and_queries_answer_as_one(bool outside)
    {
        var kv = silo.Kv(outside);
        var ns = NameOf("batches", outside);
        var batch = await kv.BatchAsync(ns, [.. Enumerable.Range(0, 250).Select(i => KvCalls.Put($"k{i:000}", $"{{\"n\":{i},\"even\":{(i % 2 == 0 ? "true" : "false")}}}"))]);
        Assert.Equal(250, Assert.Single(batch.Results).Outcomes.Length);
        var keys = await kv.KeysAsync(ns);
        Assert.Equal(Enumerable.Range(0, 250).Select(static i => $"k{i:000}"), keys);

        var many = await kv.GetManyAsync(CallContext.Local, KvCalls.Workspace, ns, ["k007", "none", "k249"], default, CancellationToken.None);
        Assert.Equal(["{\"even\":false,\"n\":7}", null, "{\"even\":false,\"n\":249}"], many.Select(static one => one.Version is { } version ? Encoding.UTF8.GetString(version.Value.Span) : null));

        var found = await kv.QueryAsync(
            CallContext.Local,
            KvCalls.Workspace,
            ns,
            new KvQueryRequest { Filter = "{\"and\":[{\"eq\":{\"field\":\"even\",\"value\":true}},{\"gte\":{\"field\":\"n\",\"value\":240}}]}"u8.ToArray(), Sort = [new SortField("n", true)] },
            CancellationToken.None);
        Assert.Equal(["k248", "k246", "k244", "k242", "k240"], found.Rows.Select(static row => row.Key));
        var grouped = await kv.QueryAsync(
            CallContext.Local,
            KvCalls.Workspace,
            ns,
            new KvQueryRequest { GroupBy = ["even"], Aggregates = [new AggregateField("sum", AggregateKind.Sum, "n")] },
            CancellationToken.None);
        Assert.Equal(2, grouped.Groups.Length);
        Assert.Contains(grouped.Groups, static group => Encoding.UTF8.GetString(group.Span).Contains("15500", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_repeated_operation_is_answered_and_not_done_again(bool outside)
    {
        var kv = silo.Kv(outside);
        var ns = NameOf("repeats", outside);
        var call = CallContext.Local with { IdempotencyKey = "once" };
        var first = await kv.PutAsync(ns, "a", "1", call: call);
        var again = await kv.PutAsync(ns, "a", "1", call: call);
        Assert.True(again.Replayed);
        Assert.Equal(first.Receipt.Sequence, again.Receipt.Sequence);
        Assert.Single(await kv.HistoryAsync(ns, "a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task what_is_erased_is_gone_and_its_bytes_follow(bool outside)
    {
        var kv = silo.Kv(outside);
        var ns = NameOf("erased", outside);
        await kv.PutAsync(ns, "a", "\"secret\"");
        await kv.PutAsync(ns, "b", "1");
        var scope = KvErasureScope.OfKey(ns, "a");
        var result = await kv.EraseAsync(CallContext.Local, KvCalls.Workspace, scope, CancellationToken.None);
        Assert.Equal((1L, true), (result.VersionCount, result.KeyExists));

        // Housekeeping of the silo does it; nothing here drives it.
        await kv.WhenPurgedAsync(CallContext.Local, KvCalls.Workspace, scope, CancellationToken.None);
        Assert.Null(await kv.GetAsync(ns, "a"));
        Assert.True((await kv.HistoryAsync(ns, "a"))[0].IsErased);
        Assert.Equal(["b"], await kv.KeysAsync(ns));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task writers_of_one_agent_share_flushes(bool outside)
    {
        const int Writers = 64;
        const int WritesEach = 20;
        var kv = silo.Kv(outside);
        var ns = NameOf("flushes", outside);
        await kv.PutAsync(ns, "first", "0");
        var before = silo.Database.Log.FlushCount;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < WritesEach; i++)
            {
                await kv.PutAsync(ns, string.Create(CultureInfo.InvariantCulture, $"{writer}-{i}"), "1");
            }
        })));
        Assert.InRange(silo.Database.Log.FlushCount - before, 1, Writers * WritesEach / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task partitions_split_while_they_are_written_to(bool outside)
    {
        var kv = silo.Kv(outside);
        var ns = NameOf("split", outside);
        await kv.PutAsync(ns, "first", "0");
        var writing = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await kv.PutAsync(ns, string.Create(CultureInfo.InvariantCulture, $"{writer}-{i:00}"), "1");
            }
        })).ToArray();
        await kv.PutSettingsAsync(CallContext.Local, KvCalls.Workspace, ns, new KvSettings { Partitions = 4 }, CancellationToken.None);
        await Task.WhenAll(writing);
        Assert.Equal(201, (await kv.KeysAsync(ns)).Length);
        Assert.Equal(201, (await silo.Kv(!outside).KeysAsync(ns)).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task encrypted_values_are_written_read_and_shredded(bool outside)
    {
        var kv = silo.Kv(outside);
        var ns = NameOf("sealed", outside);
        await kv.PutSettingsAsync(CallContext.Local, KvCalls.Workspace, ns, new KvSettings { DataKey = Encryption.DataKeyPolicy.Own }, CancellationToken.None);
        var written = await kv.PutAsync(ns, "a", "\"secret\"");
        Assert.Equal("\"secret\"", await kv.GetAsync(ns, "a"));
        Assert.False((await kv.HistoryAsync(ns, "a"))[0].DataKey.IsNone);
        Assert.Single(await kv.ListDataKeysAsync(CallContext.Local, KvCalls.Workspace, CancellationToken.None), key => key.Scope.Namespace == ns);

        await kv.EraseAsync(CallContext.Local, KvCalls.Workspace, KvErasureScope.OfNamespace(ns), CancellationToken.None);
        Assert.DoesNotContain(await kv.ListDataKeysAsync(CallContext.Local, KvCalls.Workspace, CancellationToken.None), key => key.Scope.Namespace == ns);
        Assert.True(written.Receipt.Sequence > 0);
    }

    private static string NameOf(string name, bool outside) => name + (outside ? "-outside" : "-inside");
}
