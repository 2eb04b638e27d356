using OrleansTemporal.Hosting;

namespace OrleansTemporal.Grains.Tests.Hosting;

/// <inheritdoc cref="IVisitGrain"/>
internal sealed class VisitGrain(SiloDatabase silo) : Grain, IVisitGrain
{
    /// <inheritdoc/>
    public async Task<int> VisitAsync()
    {
        var visits = silo.Current.Kv("visits");
        var key = this.GetPrimaryKeyString();
        var count = await visits.GetAsync<int>(key) + 1;
        await visits.PutAsync(key, count);
        return count;
    }
}
