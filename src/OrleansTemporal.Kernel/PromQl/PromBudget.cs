namespace OrleansTemporal.PromQl;

/// <summary>What one query may still read and compute: samples and values together. Not thread-safe.</summary>
public sealed class PromBudget
{
    private long used;

    /// <summary>Takes a part of it.</summary>
    /// <exception cref="Errors.TemporalException">TooLarge, <c>query_too_large</c>.</exception>
    public void Charge(long count)
    {
        used += count;
        if (used > Limits.PromSamplesMax)
        {
            throw PromErrors.TooLarge($"A query reads and computes at most {Limits.PromSamplesMax} samples and values; a shorter range, fewer series or a longer step need fewer.", Limits.PromSamplesMax);
        }
    }
}
