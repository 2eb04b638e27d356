using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Signals;

/// <summary>What answers about signals have in common.</summary>
internal static class SignalJson
{
    /// <summary>Writes what an answer is of: <c>at</c> and <c>asOf</c>.</summary>
    internal static void WriteMoment(JsonAnswer answer, EventTime at, HybridTimestamp systemTime, AsOf asked)
    {
        answer.Writer.WriteString("at"u8, at.ToString());
        Answers.WriteAsOf(answer, systemTime, asked);
    }
}
