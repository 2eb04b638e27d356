using System.Reflection;
using Orleans.Serialization.Invocation;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Grains.Tests.Errors;

/// <summary>What the runtime says when there is no answer, in the product's words.</summary>
public sealed class ClusterFailureTests(TestSilo silo) : IClassFixture<TestSilo>
{
    private readonly ClusterFailureFilter filter = new();

    [Fact]
    public async Task a_rejected_message_is_sent_again()
    {
        var call = Call(new Rejection("Forwarding failed"), new Rejection("again"), null);
        await filter.Invoke(call);
        Assert.Equal(3, call.Sends);
    }

    [Fact]
    public async Task a_message_that_is_always_rejected_was_not_applied()
    {
        var call = Call([.. Enumerable.Repeat(new Rejection("No gateways available"), 100)]);
        var failure = await Assert.ThrowsAsync<TemporalException>(() => filter.Invoke(call));
        Assert.Equal((ErrorKind.Unavailable, false, true), (failure.Kind, failure.OutcomeUnknown, failure.IsRetryable));
        Assert.InRange(call.Sends, 2, 20);
    }

    [Fact]
    public async Task a_call_without_an_answer_is_sent_once_and_its_outcome_is_unknown()
    {
        foreach (var lost in (Exception[])[new TimeoutException(), new SiloUnavailableException(), new GatewayTooBusyException()])
        {
            var call = Call(lost, null);
            var failure = await Assert.ThrowsAsync<TemporalException>(() => filter.Invoke(call));
            Assert.Equal((ErrorKind.Unavailable, true, 1), (failure.Kind, failure.OutcomeUnknown, call.Sends));
        }
    }

    [Fact]
    public async Task an_agents_own_words_and_other_peoples_grains_are_left_alone()
    {
        var refusal = new TemporalException(ErrorKind.Conflict, "code", "words");
        Assert.Same(refusal, await Assert.ThrowsAsync<TemporalException>(() => filter.Invoke(Call(refusal))));
        var others = new StubCall(silo.Cluster.Client.GetGrain<IManagementGrain>(0), [new TimeoutException()]);
        await Assert.ThrowsAsync<TimeoutException>(() => filter.Invoke(others));
    }

    private StubCall Call(params Exception?[] outcomes) =>
        new(silo.Agent<IStorageAgent>(new AgentId("default", AgentKind.Kv, "n", 0)), outcomes);

    private sealed class Rejection(string message) : Exception(message)
    {
        // The runtime makes these itself only.
        public Exception Real { get; } = (Exception)Activator.CreateInstance(
            typeof(OrleansMessageRejectionException), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null, [message], null)!;
    }

    private sealed class StubCall(object grain, Exception?[] outcomes) : IOutgoingGrainCallContext
    {
        public int Sends { get; private set; }

        public object Grain => grain;

        public GrainId TargetId => ((IAddressable)grain).GetGrainId();

        public IInvokable Request => throw new NotSupportedException();

        public GrainId? SourceId => null;

        public GrainInterfaceType InterfaceType => default;

        public string InterfaceName => "";

        public string MethodName => "";

        public MethodInfo InterfaceMethod => throw new NotSupportedException();

        public object? Result { get; set; }

        public Response? Response { get; set; }

        public IGrainContext? SourceContext => null;

        public Task Invoke() => outcomes[Sends++] switch
        {
            null => Task.CompletedTask,
            Rejection rejection => Task.FromException(rejection.Real),
            var failure => Task.FromException(failure),
        };
    }
}
