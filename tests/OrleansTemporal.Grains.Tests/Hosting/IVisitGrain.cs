namespace OrleansTemporal.Grains.Tests.Hosting;

/// <summary>A grain of a user who keeps what it knows in the silo's database.</summary>
public interface IVisitGrain : IGrainWithStringKey
{
    /// <summary>Counts a visit.</summary>
    /// <returns>How many there were.</returns>
    Task<int> VisitAsync();
}
