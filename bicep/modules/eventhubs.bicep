@description('Azure region.')
param location string

@description('Name of the namespace, unique in Azure.')
param name string

@description('Name of the hub of the streams.')
param hubName string

@description('Principal of the identity that silos sign in as.')
param principalId string

var dataOwner = 'f526a384-b230-433a-b45c-95f59c4a2dec'

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: 1
  }
  properties: {
    minimumTlsVersion: '1.2'
    // Nobody signs in with a key.
    disableLocalAuth: true
    isAutoInflateEnabled: true
    maximumThroughputUnits: 4
  }

  resource hub 'eventhubs' = {
    name: hubName
    properties: {
      // Wake-ups, not data: what is missed is read from the logs.
      messageRetentionInDays: 1
      partitionCount: 8
    }

    resource group 'consumergroups' = {
      name: 'orleanstemporal'
    }
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: namespace
  name: guid(namespace.id, principalId, dataOwner)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataOwner)
  }
}

output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'
output hubName string = namespace::hub.name
output consumerGroup string = namespace::hub::group.name
