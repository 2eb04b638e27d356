using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Grains.Tests.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Testing;

namespace OrleansTemporal.Grains.Tests.Lifecycle;

/// <summary>The lifecycle as a client outside of the silos asks for it.</summary>
public sealed class LifecycleOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    private static readonly CallContext Call = CallContext.Local;

    [Fact]
    public async Task a_policy_that_a_client_sets_is_the_one_that_everybody_reads()
    {
        var policy = LifecyclePolicy.Default with { BytesPerSecondMax = 1 << 20 };
        var receipt = await silo.Client.Lifecycle.SetPolicyAsync(Call with { IdempotencyKey = "once" }, "default", policy, default);
        Assert.Equal(receipt.Sequence, (await silo.Client.Lifecycle.SetPolicyAsync(Call with { IdempotencyKey = "once" }, "default", policy, default)).Sequence);
        Assert.Equal(policy, (await silo.Client.Lifecycle.GetAsync(Call, "default", default)).Policy);
        Assert.Equal(policy, (await silo.Database.Lifecycle.GetAsync(Call, "default", default)).Policy);
        Assert.Equal(ErrorCodes.WorkspaceNotFound, (await Assert.ThrowsAsync<TemporalException>(() => silo.Client.Lifecycle.GetAsync(Call, "absent", default).AsTask())).Code);
    }

    [Fact]
    public async Task a_run_that_a_client_begins_is_followed_to_its_end()
    {
        await silo.Client.KvService.PutAsync("n", "k", "1");
        foreach (var process in Enum.GetValues<LifecycleProcess>())
        {
            var begun = await silo.Client.Lifecycle.StartAsync(Call, "default", process, isDryRun: true, default);
            OperationInfo? now = null;
            await Eventually.HoldsAsync("the run has ended", async () =>
                (now = await silo.Client.Operations.GetAsync(Call, "default", begun.Id, default)) is { Status: not OperationStatus.Running });
            Assert.True(now!.Status == OperationStatus.Succeeded, now.Fault);

            // Only agents of documents are distilled.
            Assert.True(now.Counts["agents"] >= (process == LifecycleProcess.Distillation ? 1 : 2));
        }
    }

    [Fact]
    public async Task what_brings_an_object_back_is_followed_as_an_operation()
    {
        // A folder has no offline tier, so nothing has to come back and the operation is over when it is looked at.
        var begun = await silo.Client.Archive.BringBackAsync("default", "default/kv/n/0/segments/none", default);
        Assert.Equal("bring-back", begun.Process);
        await Eventually.HoldsAsync("it has ended", async () =>
            await silo.Client.Operations.GetAsync(Call, "default", begun.Id, default) is { Status: not OperationStatus.Running });
    }
}
