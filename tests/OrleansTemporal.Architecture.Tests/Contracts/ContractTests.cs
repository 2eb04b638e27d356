using OrleansTemporal.Agents;

namespace OrleansTemporal.Architecture.Tests.Contracts;

public class ContractTests
{
    [Fact]
    public void agent_contracts_are_grain_shaped()
    {
        var contracts = typeof(IAgent).Assembly.GetTypes().Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAgent))).ToList();
        Assert.Contains(typeof(IAgent), contracts);
        Violations.AreNone(contracts.SelectMany(ContractRules.Violations));
    }
}
