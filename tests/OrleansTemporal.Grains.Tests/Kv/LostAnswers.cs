using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Grains.Tests.Kv;

/// <summary>Loses the answer to a write of documents, or the write itself, when a test asks for it.</summary>
internal sealed class LostAnswers : IOutgoingGrainCallFilter
{
    /// <summary>Answers to lose, after the write was done.</summary>
    public int Answers { get; set; }

    /// <summary>Writes to lose, before they are done.</summary>
    public int Writes { get; set; }

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var isWrite = context.Grain is IStorageAgent && context.MethodName == nameof(IStorageAgent.WriteAsync);
        if (isWrite && Writes > 0)
        {
            Writes--;
            throw Lost();
        }

        await context.Invoke();
        if (isWrite && Answers > 0)
        {
            Answers--;
            throw Lost();
        }
    }

    private static TemporalException Lost() => new(ErrorKind.Unavailable, ErrorCodes.NotReady, "No answer.") { OutcomeUnknown = true };
}
