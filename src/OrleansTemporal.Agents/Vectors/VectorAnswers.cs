using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>
/// The newest answers about now of one agent, by the content of the question, for as long as nothing is written. Thread-safe.
/// </summary>
internal sealed class VectorAnswers
{
    private readonly Lock gate = new();
    private readonly Dictionary<Distinction, VectorAnswer> answers = [];
    private long sequence = -1;

    /// <summary>The content of a question: everything that decides its answer.</summary>
    public static Distinction KeyOf(VectorQuery query)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(query.Vector.Span));
        Span<long> numbers = [query.Collection, query.Count, query.Width, (long)query.Mode, query.Threshold is null ? 0 : 1, BitConverter.DoubleToInt64Bits(query.Threshold ?? 0)];
        hash.AppendData(MemoryMarshal.AsBytes(numbers));
        hash.AppendData(query.Filter.Span);
        if (query.Causal is { } causal)
        {
            // Behind a zero, which no filter has.
            Span<long> weight = [0, BitConverter.DoubleToInt64Bits(causal.Weight)];
            hash.AppendData(MemoryMarshal.AsBytes(weight));
            hash.AppendData(Encoding.UTF8.GetBytes(causal.Near));
            foreach (var delta in causal.History.IsDefault ? [] : causal.History)
            {
                hash.AppendData(Encoding.ASCII.GetBytes($" {delta}"));
            }
        }

        return Distinction.FromBytes(hash.GetHashAndReset());
    }

    /// <summary>The answer to a question after a delta; null when it was not asked since.</summary>
    public VectorAnswer? Find(in Distinction key, long after)
    {
        lock (gate)
        {
            return sequence == after ? answers.GetValueOrDefault(key) : null;
        }
    }

    /// <summary>Keeps an answer that holds after a delta.</summary>
    public void Keep(in Distinction key, long after, VectorAnswer answer)
    {
        lock (gate)
        {
            if (after < sequence)
            {
                return;
            }

            if (after > sequence || answers.Count >= Limits.VectorAnswersKeptMax)
            {
                answers.Clear();
                sequence = after;
            }

            answers[key] = answer;
        }
    }
}
