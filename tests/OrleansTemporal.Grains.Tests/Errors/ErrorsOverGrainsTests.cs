using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Grains.Tests.Kv;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Grains.Tests.Errors;

/// <summary>A refusal says the same wherever the agent lives.</summary>
public sealed class ErrorsOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    [Theory]
    [InlineData("precondition")]
    [InlineData("json")]
    [InlineData("value")]
    [InlineData("key")]
    [InlineData("future")]
    [InlineData("workspace")]
    [InlineData("reused")]
    [InlineData("sequence")]
    [InlineData("page")]
    public async Task a_refusal_over_grains_is_the_refusal_of_an_embedded_database(string what)
    {
        var folder = Directory.CreateTempSubdirectory("ot-embedded-").FullName;
        try
        {
            await using var embedded = await TemporalDatabase.OpenAsync(Path.Combine(folder, "data"));
            var expected = await RefuseAsync(embedded.KvService, what, "n");
            foreach (var outside in (bool[])[false, true])
            {
                AssertSame(expected, await RefuseAsync(silo.Kv(outside), what, outside ? $"{what}-outside" : what));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        void AssertSame(TemporalException expected, TemporalException actual)
        {
            Assert.Equal(expected.Kind, actual.Kind);
            Assert.Equal(expected.Code, actual.Code);
            Assert.Equal(expected.Field, actual.Field);
            Assert.Equal(expected.Limit, actual.Limit);
            Assert.Equal(expected.OutcomeUnknown, actual.OutcomeUnknown);
            Assert.Equal(expected.RetryAfter, actual.RetryAfter);
            Assert.Equal(expected.CurrentETag is null, actual.CurrentETag is null);
            if (what is not ("future" or "precondition" or "sequence"))
            {
                Assert.Equal(expected.Message, actual.Message);
            }
        }
    }

    [Fact]
    public void every_part_of_an_exception_travels()
    {
        var serializer = silo.Cluster.Client.ServiceProvider.GetRequiredService<Serializer>();
        TemporalException sent;
        try
        {
            throw new TemporalException(ErrorKind.Throttled, "some_code", "words", new IOException("why"))
            {
                Field = "field",
                Limit = 17,
                OutcomeUnknown = true,
                RetryAfter = TimeSpan.FromSeconds(3),
                CurrentETag = "tag",
                ObjectPath = "path",
            };
        }
        catch (TemporalException thrown)
        {
            sent = thrown;
        }

        var received = Assert.IsType<TemporalException>(serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(sent)));
        Assert.Equal((ErrorKind.Throttled, "some_code", "words", "field", 17L), (received.Kind, received.Code, received.Message, received.Field, received.Limit));
        Assert.Equal((true, TimeSpan.FromSeconds(3), "tag"), (received.OutcomeUnknown, received.RetryAfter, received.CurrentETag));
        Assert.All(
            typeof(TemporalException).GetProperties().Where(static property => property.SetMethod is not null && property.DeclaringType == typeof(TemporalException)),
            property => Assert.True(property.GetValue(received) is not null && Equals(property.GetValue(sent), property.GetValue(received)), $"{property.Name} does not travel"));
        Assert.Contains(nameof(every_part_of_an_exception_travels), received.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_argument_that_no_caller_may_pass_is_refused_as_what_it_is()
    {
        var agent = silo.Agent<IStorageAgent>(new AgentId("default", AgentKind.Kv, "arguments", 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await agent.ReadDeltasAsync(-1, 1, CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await agent.WhenPurgedAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task a_call_that_finds_no_cluster_is_unavailable_and_may_be_made_again()
    {
        var lonely = new TestSilo();
        await lonely.InitializeAsync();
        var kv = lonely.Client.KvService;
        await kv.PutAsync("n", "a", "1");
        await lonely.Cluster.StopSiloAsync(lonely.Cluster.Silos[0]);
        var failure = await Assert.ThrowsAsync<TemporalException>(() => kv.PutAsync("n", "a", "2"));
        Assert.Equal((ErrorKind.Unavailable, true), (failure.Kind, failure.IsRetryable));
        await lonely.DisposeAsync();
    }

    private static async Task<TemporalException> RefuseAsync(KvService kv, string what, string ns)
    {
        await kv.PutAsync(ns, "a", "1", call: CallContext.Local with { IdempotencyKey = "key" });
        return await Assert.ThrowsAsync<TemporalException>(() => what switch
        {
            "precondition" => kv.PutAsync(ns, "a", "2", new KvPutOptions { IfMatch = new WriteId(1, 2, 3) }),
            "json" => kv.PutAsync(ns, "a", "{"),
            "value" => kv.PutAsync(ns, "a", "\"" + new string('x', Limits.ValueBytesMax) + "\""),
            "key" => kv.PutAsync(ns, new string('k', 2_000), "1"),
            "future" => kv.GetAsync(ns, "a", AsOf.At(HybridTimestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddDays(1)))),
            "workspace" => kv.GetAsync(ns, "a", workspace: "nobodys"),
            "reused" => kv.PutAsync(ns, "a", "other", call: CallContext.Local with { IdempotencyKey = "key" }),
            "sequence" => kv.GetAsync(ns, "a", AsOf.After(1_000)),
            "page" => kv.ListAsync(CallContext.Local, KvCalls.Workspace, ns, new KvListQuery { Limit = 0 }, CancellationToken.None).AsTask(),
            _ => throw new ArgumentException(what, nameof(what)),
        });
    }
}
